import Core
import NIOPosix

/// The text of a `Date` header (RFC 9110 section 5.6.7), made once a second on each thread.
enum HTTPDate {
  private static let cache = ThreadSpecificVariable<Cached>()

  private final class Cached: Sendable {
    let second: Int64
    let text: String

    init(second: Int64, text: String) {
      self.second = second
      self.text = text
    }
  }

  /// For example `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func text(at time: WallTime) -> String {
    if let cached = cache.currentValue, cached.second == time.seconds { return cached.text }
    let text = format(time)
    cache.currentValue = Cached(second: time.seconds, text: text)
    return text
  }

  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func format(_ time: WallTime) -> String {
    let utc = time.utc
    // 1970-01-01 was a Thursday.
    let weekday = weekdays[Int((time.seconds / 86_400) % 7)]
    let day = "\(weekday), \(twoDigits(utc.day)) \(months[utc.month - 1]) \(utc.year)"
    return "\(day) \(twoDigits(utc.hour)):\(twoDigits(utc.minute)):\(twoDigits(utc.second)) GMT"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
