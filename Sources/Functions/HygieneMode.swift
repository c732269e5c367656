/// What an execution environment keeps from one invocation to the next, outside the memory of its runtime.
package enum HygieneMode: String, Hashable, Sendable, CaseIterable {
  /// Nothing: files in /tmp and /dev/shm and processes that an invocation adds are gone before the next one begins.
  case perInvocation = "PerInvocation"
  /// Everything, until the environment ends, as on Lambda.
  case perEnvironment = "PerEnvironment"
  /// Not even the memory: each invocation has an environment of its own.
  case singleUse = "SingleUse"

  /// Of an account that has set none.
  package static let platformDefault = HygieneMode.perInvocation
}
