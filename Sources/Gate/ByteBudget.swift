import Synchronization

/// A number of bytes that many connections share; a reservation gives its bytes back when it goes away.
package final class ByteBudget: Sendable {
  package let limit: Int
  private let taken = Atomic<Int>(0)
  private let whole: ByteBudget?

  /// - Parameter whole: the budget that this one is a part of: what is reserved here is reserved there too.
  package init(limit: Int, within whole: ByteBudget? = nil) {
    self.limit = limit
    self.whole = whole
  }

  package var reservedBytes: Int { taken.load(ordering: .relaxed) }

  /// - Returns: nil when fewer than `bytes` are left.
  func reserve(_ bytes: Int) -> Reservation? {
    let ofWhole = whole?.reserve(bytes)
    guard whole == nil || ofWhole != nil else { return nil }
    let before = taken.load(ordering: .relaxed)
    guard bytes <= limit - before else { return nil }
    // Two threads may both pass the check above: the sum decides, and who exceeds it steps back.
    let (_, after) = taken.add(bytes, ordering: .relaxed)
    guard after <= limit else {
      taken.subtract(bytes, ordering: .relaxed)
      return nil
    }
    return Reservation(bytes, of: self, ofWhole)
  }

  final class Reservation: Sendable {
    private let bytes: Int
    private let budget: ByteBudget
    /// Of the budget that this one's is a part of.
    private let ofWhole: Reservation?

    fileprivate init(_ bytes: Int, of budget: ByteBudget, _ ofWhole: Reservation?) {
      self.bytes = bytes
      self.budget = budget
      self.ofWhole = ofWhole
    }

    deinit { budget.taken.subtract(bytes, ordering: .relaxed) }
  }
}
