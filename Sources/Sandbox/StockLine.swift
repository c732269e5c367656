package import Core

/// What one line of the spawner's stock consists of: sandboxes that are ready before anybody asks for one.
package struct StockLine: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A sandbox in which nothing has been executed yet.
    case prepared
    /// Its runtime has been started and waits for its environment.
    case booted
    /// Its runtime is the child of a zygote that belongs to this account alone.
    case forked(AccountID)
  }

  package let kind: Kind
  /// Index into the spawner's table of runtimes.
  package let runtime: Int
  /// `NAME=value`, all that the runtime process gets before it has a function.
  package let environment: [String]

  package init(kind: Kind, runtime: Int, environment: [String]) {
    self.kind = kind
    self.runtime = runtime
    self.environment = environment
  }
}
