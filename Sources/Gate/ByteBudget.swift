import Synchronization

/// A number of bytes that many connections share; a reservation gives its bytes back when it goes away.
package final class ByteBudget: Sendable {
  package let limit: Int
  private let taken = Atomic<Int>(0)

  package init(limit: Int) { self.limit = limit }

  package var reservedBytes: Int { taken.load(ordering: .relaxed) }

  /// - Returns: nil when fewer than `bytes` are left.
  func reserve(_ bytes: Int) -> Reservation? {
    let before = taken.load(ordering: .relaxed)
    guard bytes <= limit - before else { return nil }
    // Two threads may both pass the check above: the sum decides, and who exceeds it steps back.
    let (_, after) = taken.add(bytes, ordering: .relaxed)
    guard after <= limit else {
      taken.subtract(bytes, ordering: .relaxed)
      return nil
    }
    return Reservation(bytes, of: self)
  }

  final class Reservation: Sendable {
    private let bytes: Int
    private let budget: ByteBudget

    fileprivate init(_ bytes: Int, of budget: ByteBudget) {
      self.bytes = bytes
      self.budget = budget
    }

    deinit { budget.taken.subtract(bytes, ordering: .relaxed) }
  }
}
