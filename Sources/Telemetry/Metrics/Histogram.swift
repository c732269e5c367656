/// How often something took how long. Bounds double, from a quarter of a millisecond to half a minute.
struct Histogram: Sendable {
  /// Seconds; each bucket holds what took at most so long.
  static let bounds: [Double] = (0..<18).map { 0.000_25 * Double(1 << $0) }

  private var counts = [UInt64](repeating: 0, count: bounds.count)
  private var count: UInt64 = 0
  private var sum = 0.0

  mutating func note(_ seconds: Double) {
    count += 1
    sum += seconds
    if let bucket = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[bucket] += 1 }
  }

  /// Of one series, as Prometheus wants it: buckets include those below them.
  func lines(_ name: String, _ labels: MetricLabels) -> [String] {
    var below: UInt64 = 0
    let buckets = zip(Self.bounds, counts).map { bound, count in
      below += count
      return "\(name)_bucket\(labels.text(adding: ("le", Self.text(bound)))) \(below)"
    }
    return buckets + [
      "\(name)_bucket\(labels.text(adding: ("le", "+Inf"))) \(count)", "\(name)_sum\(labels.text()) \(Self.text(sum))",
      "\(name)_count\(labels.text()) \(count)",
    ]
  }

  /// A whole number without a fraction.
  static func text(_ value: Double) -> String {
    value.rounded() == value && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
  }
}

extension MetricLabels {
  /// `{name="value",...}`, or nothing without labels.
  func text(adding more: (name: String, value: String)? = nil) -> String {
    let all = pairs + [more].compactMap { $0 }
    if all.isEmpty { return "" }
    return "{" + all.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}
