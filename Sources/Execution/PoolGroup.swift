import Core

/// One environment as the pool sees it.
struct PoolEnvironment<Key: Hashable & Sendable>: Sendable {
  enum State {
    /// Until the runtime asks for work the first time.
    case starting(since: MonotonicTime)
    case idle(since: MonotonicTime)
    /// Idle, and told to freeze.
    case frozen(since: MonotonicTime)
    case busy
    /// Has answered and is about to ask for the next work.
    case finishing
    /// Told to end; counts until it is gone.
    case ending
  }

  let key: Key
  /// From when on it takes no more work.
  let oldAt: MonotonicTime
  var state: State
  /// When it was started as the second and last one of its first work; nil: it was started for whatever comes.
  var secondSince: MonotonicTime?
  /// Started without work, to be kept; of a stock: until it is taken.
  var isAhead = false
  /// Its runtime has been ready once.
  var isInitialised = false

  init(key: Key, state: State, oldAt: MonotonicTime) {
    self.key = key
    self.oldAt = oldAt
    self.state = state
  }

  /// nil while it does not wait for work.
  var idleSince: MonotonicTime? {
    switch state {
    case .idle(let since), .frozen(let since): since
    case .starting, .busy, .finishing, .ending: nil
    }
  }
  var isIdle: Bool { idleSince != nil }
  /// Whether it has been idle since then, and is not frozen.
  func isIdle(since time: MonotonicTime) -> Bool { if case .idle(since: time) = state { true } else { false } }
  var isBusy: Bool { if case .busy = state { true } else { false } }
  var isEnding: Bool { if case .ending = state { true } else { false } }
}

/// The environments of one key, and the work that waits for them.
struct PoolGroup<Spec: Sendable, Work: Sendable>: Sendable {
  let spec: Spec
  let owner: PoolOwner
  /// Most recently used last.
  var idle: [EnvironmentID] = []
  var waiting = WorkQueue<Work>()
  var starting = 0
  var finishing = 0
  var size = 0
  /// Told to end, of `size`.
  var ending = 0
  /// How many environments are to be kept initialised ahead of work.
  var kept = 0
  /// Whether what is kept is a stock, to be taken, and not there for good.
  var isStock = false
  /// Environments that work has needed beyond those that were there, since the last look.
  var taken = 0
  /// Until when none is started ahead, after an init phase that failed.
  var heldUntil: MonotonicTime?
  /// How long the last start took that succeeded: what another one would cost.
  var startCost = Duration.zero

  init(spec: Spec, owner: PoolOwner) {
    self.spec = spec
    self.owner = owner
  }

  /// Work that no environment on its way will take.
  var unmet: Int { max(0, waiting.count - starting - finishing) }
  /// Environments about to be free that no work of the key waits for: on a full host they make room for others.
  var spare: Int { max(0, min(finishing, starting + finishing - waiting.count)) }
}

extension PoolGroup {
  /// Changes the group in its place, without a copy, for that is done several times a request.
  ///
  /// - Returns: by how much its numbers have grown.
  mutating func difference(_ change: (inout PoolGroup) -> Void) -> (unmet: Int, spare: Int, ending: Int) {
    let before = (unmet: unmet, spare: spare, ending: ending)
    change(&self)
    return (unmet - before.unmet, spare - before.spare, ending - before.ending)
  }
}
