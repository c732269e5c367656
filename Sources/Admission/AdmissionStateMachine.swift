package import Core

/// Decides whether there is room for an invocation. Pure: it is told what happens and answers.
///
/// What is reserved for a function is its floor, which no other function can take, and its ceiling. The rest is shared by
/// the functions that have nothing reserved.
package struct AdmissionStateMachine: Sendable {
  private struct Function {
    /// nil: it takes part in what is not reserved.
    var reserved: Int?
    var running = 0
    var growth = GrowthMeter()
    /// Used where concurrency is reserved.
    var requests = RateMeter()
    /// Deleted, and kept for what still runs.
    var isGone = false
  }

  private struct Account {
    var running = 0
    /// Of functions that have nothing reserved.
    var unreservedRunning = 0
    /// The sum of what is reserved for functions.
    var reserved = 0
    /// Of functions that have nothing reserved.
    var requests = RateMeter()
  }

  package let limits: AdmissionLimits
  private var functions: [AdmissionScope: Function] = [:]
  private var accounts: [AccountRegion: Account] = [:]

  package init(limits: AdmissionLimits) { self.limits = limits }

  /// Takes room for one invocation, or says why there is none. What is refused uses up nothing.
  package mutating func admit(_ scope: AdmissionScope, at now: MonotonicTime) throws(Throttle) {
    var function = functions[scope] ?? Function()
    var account = accounts[scope.place] ?? Account()
    function.growth.forget(after: limits.idleTimeout, running: function.running, at: now)
    try checkConcurrency(function, account)
    let rate = AdmissionLimits.requests(concurrency: function.reserved ?? limits.concurrency)
    let meter = function.reserved == nil ? account.requests : function.requests
    guard function.growth.hasRoom(beside: function.running, at: now), meter.hasRoom(in: rate, at: now) else {
      throw Throttle(
        reason: function.reserved == nil
          ? .functionInvocationRateLimitExceeded : .reservedFunctionInvocationRateLimitExceeded)
    }
    function.growth.grow(beside: function.running, at: now)
    if function.reserved == nil {
      account.requests.take(from: rate, at: now)
      account.unreservedRunning += 1
    } else {
      function.requests.take(from: rate, at: now)
    }
    function.running += 1
    account.running += 1
    functions[scope] = function
    accounts[scope.place] = account
  }

  /// Gives the room of one invocation back.
  package mutating func release(_ scope: AdmissionScope) {
    guard var function = functions[scope], function.running > 0 else { return }
    function.running -= 1
    functions[scope] = function.isGone && function.running == 0 ? nil : function
    accounts[scope.place]?.running -= 1
    if function.reserved == nil { accounts[scope.place]?.unreservedRunning -= 1 }
  }

  /// Reserves concurrency for a function; what it has running counts from now on against that.
  ///
  /// - Parameter reserved: nil takes the reservation away.
  package mutating func reserve(_ reserved: Int?, for scope: AdmissionScope) {
    var function = functions[scope] ?? Function()
    var account = accounts[scope.place] ?? Account()
    account.reserved += (reserved ?? 0) - (function.reserved ?? 0)
    if function.reserved == nil { account.unreservedRunning -= function.running }
    if reserved == nil { account.unreservedRunning += function.running }
    function.reserved = reserved
    function.isGone = false
    functions[scope] = function
    accounts[scope.place] = account
  }

  /// The function was deleted; what it has running goes on.
  package mutating func forget(_ scope: AdmissionScope) {
    reserve(nil, for: scope)
    functions[scope]?.isGone = true
    if functions[scope]?.running == 0 { functions[scope] = nil }
  }

  /// Invocations of the account under way.
  package func concurrency(at place: AccountRegion) -> Int { accounts[place]?.running ?? 0 }

  /// Invocations of the function under way.
  package func concurrency(of scope: AdmissionScope) -> Int { functions[scope]?.running ?? 0 }

  /// What functions without a reservation may run at once.
  package func unreserved(at place: AccountRegion) -> Int { unreserved(accounts[place] ?? Account()) }

  /// Functions that something is known of; for tests.
  package var knownFunctions: Int { functions.count }

  /// At least what reserving must leave: an operator may have lowered the account's limit since.
  private func unreserved(_ account: Account) -> Int {
    max(limits.concurrency - account.reserved, limits.leastUnreserved)
  }

  private func checkConcurrency(_ function: Function, _ account: Account) throws(Throttle) {
    if let reserved = function.reserved, function.running >= reserved {
      throw Throttle(reason: .reservedFunctionConcurrentInvocationLimitExceeded)
    }
    let isFull = function.reserved == nil && account.unreservedRunning >= unreserved(account)
    guard !isFull, account.running < limits.concurrency else {
      throw Throttle(reason: .concurrentInvocationLimitExceeded)
    }
  }
}
