/// A point in civil time, in nanoseconds since 1970-01-01T00:00:00Z. May jump when the host's clock is set.
package struct WallTime: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  package init(milliseconds: Int64) { nanoseconds = milliseconds * 1_000_000 }
  package init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

  /// Whole milliseconds since the epoch, rounded down.
  package var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole seconds since the epoch, rounded down.
  package var seconds: Int64 { nanoseconds / 1_000_000_000 }

  package static func < (left: WallTime, right: WallTime) -> Bool { left.nanoseconds < right.nanoseconds }

  package func advanced(by duration: Duration) -> WallTime {
    WallTime(nanoseconds: nanoseconds + duration.wholeNanoseconds)
  }

  /// The parts of this instant in UTC.
  package var utc: CivilTime { CivilTime(self) }
}

/// A date and time of day in UTC, to the millisecond (proleptic Gregorian calendar).
package struct CivilTime: Sendable {
  package let year, month, day, hour, minute, second, millisecond: Int

  init(_ time: WallTime) {
    let total = time.milliseconds
    let days = (total - (total % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000
    let rest = Int(total - days * 86_400_000)
    (hour, minute, second, millisecond) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000)
    // Days since 0000-03-01, in 400-year eras: leap days then fall at the end of a year.
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days from 1970-01-01 to a date, negative before it. Days of a month that has fewer count on into the next.
  package static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years begin in March, so that leap days fall at their end; eras of 400 years.
    let shiftedYear = month > 2 ? year : year - 1
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// `2026-01-31T23:59:59.999`, without a zone.
  package var isoDateTime: String { "\(isoSeconds).\(padded(millisecond, 3))" }

  /// `2026-01-31T23:59:59`, without a zone.
  package var isoSeconds: String {
    "\(year)-\(padded(month, 2))-\(padded(day, 2))T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
  }

  /// `2026-01-31T23:59:59Z`
  package var isoZulu: String { isoSeconds + "Z" }

  /// `2026/01/31`, as in the names of log streams.
  package var slashDate: String { "\(year)/\(padded(month, 2))/\(padded(day, 2))" }

  /// `20260131`, as in the scope of a signature.
  package var compactDate: String { "\(year)\(padded(month, 2))\(padded(day, 2))" }

  /// `20260131T235959Z`, as in `X-Amz-Date`.
  package var compactDateTime: String {
    "\(compactDate)T\(padded(hour, 2))\(padded(minute, 2))\(padded(second, 2))Z"
  }

  private func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

extension Duration {
  /// This duration in nanoseconds, rounded towards zero.
  package var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// This duration in milliseconds with fractions.
  package var inMilliseconds: Double { Double(wholeNanoseconds) / 1_000_000 }
}
