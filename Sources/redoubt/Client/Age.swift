import Core

/// A time span as people type it: `90s`, `10m`, `2h`, `7d`.
struct Age: Hashable, Sendable {
  let duration: Duration

  private static let longestSeconds = 100 * 366 * 86_400

  /// - Returns: nil unless `text` is a whole number and a unit, a century at most.
  init?(_ text: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
      (0...1_000_000).contains(count), count * unit <= Self.longestSeconds
    else { return nil }
    duration = .seconds(count * unit)
  }

  /// The time that lies `text` before `now`.
  ///
  /// - Parameter option: that has the text, for example `--since`.
  static func time(_ text: String, _ option: String, before now: WallTime) throws(CommandFailure) -> WallTime {
    guard let age = Age(text) else {
      throw CommandFailure(.usage, "`\(option)` is `\(text)`: give a number with s, m, h or d, for example 10m")
    }
    return now.advanced(by: .zero - age.duration)
  }
}
