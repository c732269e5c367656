import Core

/// A time as signatures write it: `20260131T235959Z`, to the second.
struct SigningTime: Sendable {
  let text: String
  let time: WallTime

  init(_ time: WallTime) {
    text = time.utc.compactDateTime
    self.time = time
  }

  /// - Returns: nil unless `text` is a date and time that exist.
  init?(_ text: String) {
    let characters = Array(text.utf8)
    guard characters.count == 16, characters[8] == UInt8(ascii: "T"), characters[15] == UInt8(ascii: "Z"),
      let year = Self.number(characters[0..<4]), let month = Self.number(characters[4..<6]),
      let day = Self.number(characters[6..<8]), let hour = Self.number(characters[9..<11]),
      let minute = Self.number(characters[11..<13]), let second = Self.number(characters[13..<15]),
      (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
      second < 60
    else { return nil }
    let days = CivilTime.days(year, month, day)
    time = WallTime(seconds: days * 86_400 + hour * 3600 + minute * 60 + second)
    self.text = text
    // The 31st of a month of 30 days would otherwise count as the first of the next.
    let back = time.utc
    guard back.month == Int(month), back.day == Int(day) else { return nil }
  }

  var date: Substring { text.prefix(8) }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }
}
