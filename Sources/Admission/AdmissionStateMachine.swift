package import Core

/// Decides whether there is room for an invocation. Pure: it is told what happens and answers.
///
/// What is reserved for a function is its floor, which no other function can take, and its ceiling. What is provisioned for
/// a version is a floor of that version, within the function's reservation if it has one. The rest is shared by the
/// functions that have nothing reserved.
package struct AdmissionStateMachine: Sendable {
  private struct Account {
    var running = 0
    /// Of functions that have nothing reserved, beside what is provisioned for them.
    var unreservedRunning = 0
    /// The sum of what is kept for functions.
    var kept = 0
    /// Of functions that have nothing reserved.
    var requests = RateMeter()

    mutating func admit(_ requests: RateMeter) {
      running += 1
      self.requests = requests
    }
  }

  package let limits: AdmissionLimits
  private var functions: [AdmissionScope: AdmittedFunction] = [:]
  private var accounts: [AccountRegion: Account] = [:]

  package init(limits: AdmissionLimits) { self.limits = limits }

  /// The state of the meters after an invocation that there is room for.
  private struct Taken {
    var growth: GrowthMeter
    var requests: RateMeter
    var accountRequests: RateMeter
  }

  /// Takes room for one invocation of a version, or says why there is none. What is refused uses up nothing.
  package mutating func admit(
    _ scope: AdmissionScope, version: Int, at now: MonotonicTime
  ) throws(Throttle) {
    let taken = try take(scope, version: version, at: now)
    change(scope) {
      $0.growth = taken.growth
      $0.requests = taken.requests
      $0.running[version, default: 0] += 1
    }
    accounts[scope.place, default: Account()].admit(taken.accountRequests)
  }

  private func take(
    _ scope: AdmissionScope, version: Int, at now: MonotonicTime
  ) throws(Throttle) -> Taken {
    let function = functions[scope] ?? AdmittedFunction()
    let account = accounts[scope.place] ?? Account()
    var taken = Taken(growth: function.growth, requests: function.requests, accountRequests: account.requests)
    let isReserved = function.limits.reserved != nil
    let isProvisioned = function.hasProvisionedRoom(for: version)
    try checkConcurrency(function, account, isProvisioned: isProvisioned)
    taken.growth.forget(after: limits.idleTimeout, running: function.onDemand, at: now)
    let rate = AdmissionLimits.requests(concurrency: function.limits.reserved ?? limits.concurrency)
    let hasRate = (isReserved ? taken.requests : taken.accountRequests).hasRoom(in: rate, at: now)
    guard hasRate, isProvisioned || taken.growth.hasRoom(beside: function.onDemand, at: now) else {
      throw Throttle(
        reason: isReserved ? .reservedFunctionInvocationRateLimitExceeded : .functionInvocationRateLimitExceeded,
        rate: hasRate ? AdmissionLimits.growth : rate)
    }
    if isReserved { taken.requests.take(from: rate, at: now) } else { taken.accountRequests.take(from: rate, at: now) }
    if !isProvisioned { taken.growth.grow(beside: function.onDemand, at: now) }
    return taken
  }

  /// Gives the room of one invocation back.
  package mutating func release(_ scope: AdmissionScope, version: Int) {
    guard let count = functions[scope]?.running[version] else { return }
    change(scope) { $0.running[version] = count == 1 ? nil : count - 1 }
    accounts[scope.place]?.running -= 1
  }

  /// Sets what is kept for a function; what it has running counts from now on against that.
  package mutating func configure(_ limits: FunctionLimits, for scope: AdmissionScope) {
    change(scope) {
      $0.limits = limits
      $0.isGone = false
    }
  }

  /// The function was deleted; what it has running goes on.
  package mutating func forget(_ scope: AdmissionScope) {
    change(scope) {
      $0.limits = .none
      $0.isGone = true
    }
  }

  /// Invocations of the account under way.
  package func concurrency(at place: AccountRegion) -> Int { accounts[place]?.running ?? 0 }

  /// Invocations of the function under way.
  package func concurrency(of scope: AdmissionScope) -> Int { functions[scope]?.total ?? 0 }

  /// What functions without a reservation may run at once, beside what is provisioned.
  package func unreserved(at place: AccountRegion) -> Int { unreserved(accounts[place] ?? Account()) }

  /// Functions that something is known of; for tests.
  package var knownFunctions: Int { functions.count }

  /// Changes a function, and what it takes of its account with it: in its place, for it is done twice an invocation.
  private mutating func change(_ scope: AdmissionScope, _ body: (inout AdmittedFunction) -> Void) {
    guard let index = functions.index(forKey: scope) else {
      functions[scope] = AdmittedFunction()
      return change(scope, body)
    }
    let more = functions.values[index].difference(body)
    if more.kept != 0 || more.unreservedRunning != 0 {
      accounts[scope.place, default: Account()].kept += more.kept
      accounts[scope.place, default: Account()].unreservedRunning += more.unreservedRunning
    }
    if functions.values[index].isForgotten { functions.remove(at: index) }
  }

  /// At least what reserving must leave: an operator may have lowered the account's limit since.
  private func unreserved(_ account: Account) -> Int {
    max(limits.concurrency - account.kept, limits.leastUnreserved)
  }

  private func checkConcurrency(
    _ function: AdmittedFunction, _ account: Account, isProvisioned: Bool
  ) throws(Throttle) {
    if let reserved = function.limits.reserved {
      let isOutOfDemand = !isProvisioned && function.onDemand >= reserved - function.limits.totalProvisioned
      guard function.total < reserved, !isOutOfDemand else {
        throw Throttle(reason: .reservedFunctionConcurrentInvocationLimitExceeded)
      }
    }
    let isShared = function.limits.reserved == nil && !isProvisioned
    let isFull = isShared && account.unreservedRunning >= unreserved(account)
    guard !isFull, account.running < limits.concurrency else {
      throw Throttle(reason: .concurrentInvocationLimitExceeded)
    }
  }
}

/// What admission knows of one function.
struct AdmittedFunction: Sendable {
  var limits = FunctionLimits.none
  /// Invocations under way, by number of the version; no zeros.
  var running: [Int: Int] = [:]
  /// Of what runs beside what is provisioned.
  var growth = GrowthMeter()
  /// Used where concurrency is reserved.
  var requests = RateMeter()
  /// Deleted, and kept for what still runs.
  var isGone = false

  var total: Int { running.values.reduce(0, +) }

  /// Invocations that are more than what is provisioned for their version.
  var onDemand: Int { running.reduce(0) { $0 + max(0, $1.value - (limits.provisioned[$1.key] ?? 0)) } }

  /// What the function takes of that which all functions share.
  var unreservedRunning: Int { limits.reserved == nil ? onDemand : 0 }

  /// Whether nothing needs to be known of it any more.
  var isForgotten: Bool { isGone && running.isEmpty }

  /// - Returns: by how much it takes more of its account than before.
  mutating func difference(_ change: (inout AdmittedFunction) -> Void) -> (kept: Int, unreservedRunning: Int) {
    let before = (kept: limits.kept, unreservedRunning: unreservedRunning)
    change(&self)
    return (limits.kept - before.kept, unreservedRunning - before.unreservedRunning)
  }

  func hasProvisionedRoom(for version: Int) -> Bool {
    guard let provisioned = limits.provisioned[version] else { return false }
    return (running[version] ?? 0) < provisioned
  }
}
