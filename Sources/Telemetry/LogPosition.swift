/// The place of an event in the order of a search: by time, then as stored.
struct LogPosition: Hashable, Comparable, Sendable {
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

  /// 56 digits, as long as those of AWS; sorts as the events do.
  var eventID: String {
    zip([milliseconds, sequence, index], [20, 20, 16])
      .map { value, width in
        let digits = String(max(0, value))
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
      .joined()
  }
}
