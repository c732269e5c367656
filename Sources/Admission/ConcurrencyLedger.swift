package import Core

/// Counts the invocations under way against the accounts' limits. Pure: it is told what happens and answers.
package struct ConcurrencyLedger: Sendable {
  /// Invocations at once, for each account.
  package let accountLimit: Int
  private var inUse: [AccountID: Int] = [:]

  package init(accountLimit: Int) { self.accountLimit = accountLimit }

  /// Takes one slot of the account, or says why there is none.
  package mutating func take(_ account: AccountID) throws(Throttle) {
    let used = inUse[account, default: 0]
    guard used < accountLimit else { throw Throttle(reason: .concurrentInvocationLimitExceeded) }
    inUse[account] = used + 1
  }

  /// Gives one slot back.
  package mutating func giveBack(_ account: AccountID) {
    guard let used = inUse[account], used > 0 else { return }
    inUse[account] = used == 1 ? nil : used - 1
  }

  /// Invocations of the account under way.
  package func concurrency(of account: AccountID) -> Int { inUse[account, default: 0] }
}

/// Why an invocation was not admitted; the reasons are those of Lambda's `TooManyRequestsException`.
package struct Throttle: Error, Hashable, Sendable {
  package enum Reason: String, Sendable {
    case concurrentInvocationLimitExceeded = "ConcurrentInvocationLimitExceeded"
  }

  package let reason: Reason

  package init(reason: Reason) { self.reason = reason }
}
