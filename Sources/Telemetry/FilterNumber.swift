/// A number of a pattern or a message. Integers of 64 bits are compared exactly.
struct FilterNumber: Hashable {
  private let integer: Int64?
  private let double: Double

  init(_ integer: Int64) { (self.integer, double) = (integer, Double(integer)) }

  init(_ double: Double) { (integer, self.double) = (Int64(exactly: double), double) }

  /// An integer or a decimal with an optional sign, an exponent perhaps.
  ///
  /// - Returns: nil for any other text, and for what no double holds.
  init?(_ text: some StringProtocol) {
    // No number worth comparing is longer, and a message may be as long as it likes.
    guard text.utf8.count <= 64, text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }) else { return nil }
    if let integer = Int64(text) {
      self.init(integer)
    } else if let double = Double(text), double.isFinite {
      self.init(double)
    } else {
      return nil
    }
  }

  static func == (left: FilterNumber, right: FilterNumber) -> Bool {
    if let left = left.integer, let right = right.integer { return left == right }
    return left.double == right.double
  }

  static func < (left: FilterNumber, right: FilterNumber) -> Bool {
    if let left = left.integer, let right = right.integer { return left < right }
    return left.double < right.double
  }

  func hash(into hasher: inout Hasher) { hasher.combine(double) }
}
