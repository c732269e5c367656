import Glibc
import Synchronization

/// A file descriptor that is closed when nobody holds it any more, unless it was handed on.
package final class OwnedDescriptor: Sendable {
  private let number: Atomic<Int32>

  package init(_ number: Int32) { self.number = Atomic(number) }

  deinit { close() }

  /// Closes it now; of no effect once it was taken.
  package func close() {
    let number = take()
    if number >= 0 { Glibc.close(number) }
  }

  /// The number, for calls that only borrow it; -1 once it was taken.
  package var borrowed: Int32 { number.load(ordering: .acquiring) }

  /// Hands the descriptor on: from now on the caller closes it. -1 when it was taken before.
  package func take() -> Int32 { number.exchange(-1, ordering: .acquiringAndReleasing) }
}
