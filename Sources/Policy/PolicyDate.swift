import Core

/// Dates of conditions: a form of ISO 8601 that https://www.w3.org/TR/NOTE-datetime lists, or seconds since 1970.
struct PolicyDate {
  private var rest: Substring.UTF8View

  /// - Returns: seconds since 1970, or nil when `text` is no date.
  static func seconds(_ text: String) -> Double? {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    // Four digits are a year in the other form; seconds of the first three hours of 1970 are nobody's date.
    if digits.count != 4, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Int64(text).map(Double.init)
    }
    var date = PolicyDate(rest: text[...].utf8)
    guard let seconds = date.calendarSeconds(), date.rest.isEmpty else { return nil }
    return seconds
  }

  /// `YYYY[-MM[-DD[THH:MM[:SS[.FRACTION]]ZONE]]]`
  private mutating func calendarSeconds() -> Double? {
    guard let year = number(4) else { return nil }
    var (month, day, time): (Int64, Int64, Double) = (1, 1, 0)
    if take("-") {
      guard let value = number(2), (1...12).contains(value) else { return nil }
      month = value
      if take("-") {
        guard let value = number(2), (1...Self.length(ofMonth: month, year)).contains(value) else { return nil }
        day = value
        if take("T") || take("t") {
          guard let value = timeOfDay(), let zone = zone() else { return nil }
          time = value - zone
        }
      }
    }
    return Double(CivilTime.days(year, month, day) * 86_400) + time
  }

  /// `HH:MM[:SS[.FRACTION]]` as seconds since midnight.
  private mutating func timeOfDay() -> Double? {
    guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60 else { return nil }
    var seconds = Double(hour * 3600 + minute * 60)
    guard take(":") else { return seconds }
    guard let second = number(2), second < 60 else { return nil }
    seconds += Double(second)
    guard take(".") else { return seconds }
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard (1...9).contains(digits.count), let fraction = Double("0." + String(Substring(digits))) else { return nil }
    rest = rest.dropFirst(digits.count)
    return seconds + fraction
  }

  /// `Z`, `+HH:MM` or `+HHMM` as seconds east of Greenwich.
  private mutating func zone() -> Double? {
    if take("Z") || take("z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), let hours = number(2), hours < 24 else { return nil }
    _ = take(":")
    guard let minutes = number(2), minutes < 60 else { return nil }
    return Double(hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func number(_ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
    let next = month == 12 ? CivilTime.days(year + 1, 1, 1) : CivilTime.days(year, month + 1, 1)
    return next - CivilTime.days(year, month, 1)
  }
}
