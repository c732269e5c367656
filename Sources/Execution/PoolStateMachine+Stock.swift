/// Environments that are initialised ahead of work and parked, each to be taken by the first work that needs another one.
///
/// Once taken, an environment is like any other, and the stock gets another one in its place.
extension PoolStateMachine {
  /// How many of all stocks are started at the same time: they have time, and what runs has not.
  static var mostStockStartsAtOnce: Int { 4 }

  /// How many more may be started now.
  var stockStartsLeft: Int {
    let starting = environments.values.count {
      $0.isAhead && !$0.isInitialised && !$0.isEnding && (groups[$0.key]?.isStock ?? false)
    }
    return max(0, Self.mostStockStartsAtOnce - starting)
  }

  /// Environments at once above which no stock grows: the rest is for work.
  var stockCapacity: Int { capacity - capacity / 4 }

  /// Has environments of a key parked; they are started, or end, at the next `balance`.
  package mutating func park(_ count: Int, key: Key, spec: @autoclosure () -> Spec) {
    keep(count, key: key, spec: spec())
    update(key) { $0.isStock = true }
  }

  /// Sets how many of a key are to be parked, where any are.
  package mutating func resizeStock(of key: Key, to count: Int) {
    guard groups[key]?.isStock ?? false else { return }
    update(key) { $0.kept = count }
  }

  /// What became of each stock since the last call: how many environments work has needed beyond those that had worked
  /// before, and whether any that has worked is there.
  package mutating func takeDemand() -> [Key: (taken: Int, isInUse: Bool)] {
    let stocks = groups.filter(\.value.isStock)
    guard !stocks.isEmpty else { return [:] }
    let parked = environments.values.reduce(into: [Key: Int]()) { counts, environment in
      if environment.isAhead { counts[environment.key, default: 0] += 1 }
    }
    for key in stocks.keys { update(key) { $0.taken = 0 } }
    return Dictionary(
      uniqueKeysWithValues: stocks.map { key, group in
        (key, (group.taken, group.size > parked[key, default: 0]))
      })
  }

  /// Whether the environment is there for good, whatever others need.
  func isKept(_ environment: Environment) -> Bool {
    environment.isAhead && !(groups[environment.key]?.isStock ?? false)
  }

  /// - Parameter environment: as it was before it waited for work.
  /// - Returns: whether it has joined a stock: it has not worked yet.
  mutating func addToStock(_ id: EnvironmentID, _ environment: Environment) -> Bool {
    guard !environment.isInitialised, groups[environment.key]?.isStock ?? false else { return false }
    set(id, isAhead: true)
    return true
  }

  mutating func takeFromStock(_ id: EnvironmentID) {
    guard let environment = environments[id], environment.isAhead, groups[environment.key]?.isStock ?? false else {
      return
    }
    set(id, isAhead: false)
    noteTaken(environment.key)
  }

  mutating func noteTaken(_ key: Key) {
    update(key) { if $0.isStock { $0.taken += 1 } }
  }
}
