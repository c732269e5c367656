/// A time span as people type it: `90s`, `10m`, `2h`, `7d`.
struct Age: Hashable, Sendable {
  let duration: Duration

  /// - Returns: nil unless `text` is a whole number and a unit.
  init?(_ text: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
      (0...1_000_000).contains(count)
    else { return nil }
    duration = .seconds(count * unit)
  }
}
