/// The place of an event in the order of a search: by time, then as stored.
struct LogPosition: Hashable, Comparable, Sendable {
  /// Digits of each number in an event's id.
  private static let widths = [20, 20, 16]

  let milliseconds: Int64
  /// Of the batch.
  let sequence: Int64
  /// Within the batch.
  let index: Int64

  static func < (left: LogPosition, right: LogPosition) -> Bool {
    (left.milliseconds, left.sequence, left.index) < (right.milliseconds, right.sequence, right.index)
  }

  /// Behind every event of that millisecond.
  static func end(of milliseconds: Int64) -> LogPosition {
    LogPosition(milliseconds: milliseconds, sequence: .max, index: .max)
  }

  /// Directly behind this one: no event lies between.
  var successor: LogPosition {
    index == .max
      ? LogPosition(milliseconds: milliseconds + 1, sequence: 0, index: 0)
      : LogPosition(milliseconds: milliseconds, sequence: sequence, index: index + 1)
  }

  /// Directly before this one.
  var predecessor: LogPosition { LogPosition(milliseconds: milliseconds, sequence: sequence, index: index - 1) }

  /// 56 digits, as long as those of AWS; sorts as the events do.
  var eventID: String {
    zip([milliseconds, sequence, index], Self.widths)
      .map { value, width in
        let digits = String(max(0, value))
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
      .joined()
  }
}

extension LogPosition {
  /// - Returns: nil unless `eventID` has the form of an event's id.
  init?(eventID: some StringProtocol) {
    let digits = Array(eventID.utf8)
    guard digits.count == Self.widths.reduce(0, +),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    var rest = digits[...]
    var numbers: [Int64] = []
    for width in Self.widths {
      guard let number = Int64(String(decoding: rest.prefix(width), as: UTF8.self)) else { return nil }
      numbers.append(number)
      rest = rest.dropFirst(width)
    }
    self.init(milliseconds: numbers[0], sequence: numbers[1], index: numbers[2])
  }
}
