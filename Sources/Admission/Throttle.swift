package import Core

/// Why an invocation was not admitted; the reasons are those of Lambda's `TooManyRequestsException`.
package struct Throttle: Error, Hashable, Sendable {
  package enum Reason: String, CaseIterable, Sendable {
    /// The account has no more, or nothing that is not reserved for another function.
    case concurrentInvocationLimitExceeded = "ConcurrentInvocationLimitExceeded"
    /// The function is at what is reserved for it.
    case reservedFunctionConcurrentInvocationLimitExceeded = "ReservedFunctionConcurrentInvocationLimitExceeded"
    /// Functions without a reservation begin too many invocations a second, or one of them grows too fast.
    case functionInvocationRateLimitExceeded = "FunctionInvocationRateLimitExceeded"
    /// A function with a reservation begins too many invocations a second, or grows too fast.
    case reservedFunctionInvocationRateLimitExceeded = "ReservedFunctionInvocationRateLimitExceeded"
  }

  package let reason: Reason
  /// That which is used up; nil when it is concurrency, which comes back when an invocation ends.
  package let rate: Rate?

  package init(reason: Reason, rate: Rate? = nil) {
    self.reason = reason
    self.rate = rate
  }
}
