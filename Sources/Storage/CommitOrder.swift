import Synchronization

/// Numbers changes inside their write transactions, which run one after the other: what was read later has the higher
/// number.
package final class CommitOrder: Sendable {
  private let last = Atomic<UInt64>(0)
  private let published = Mutex<UInt64>(0)

  package init() {}

  /// The number of a change; to be taken inside its transaction.
  package func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }

  /// Lets a change count; what a later one has overtaken is passed over. One at a time.
  package func publish(_ number: UInt64, _ body: () throws -> Void) rethrows {
    try published.withLock { last in
      guard number >= last else { return }
      last = number
      try body()
    }
  }
}
