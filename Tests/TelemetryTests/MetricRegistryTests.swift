import Synchronization
import Telemetry
import Testing

@Suite("Metrics")
struct MetricRegistryTests {
  private let registry = MetricRegistry()

  @Test func `a counter is told with its labels, its meaning and its kind`() {
    registry.count(.environmentStarts, MetricLabels(["way": "parked"]))
    registry.count(.environmentStarts, MetricLabels(["way": "parked"]))
    registry.count(.environmentStarts, MetricLabels(["way": "executed"]))
    let text = registry.text()
    #expect(text.contains("# TYPE redoubt_environment_starts_total counter\n"))
    #expect(text.contains("redoubt_environment_starts_total{way=\"executed\"} 1\n"))
    #expect(text.contains("redoubt_environment_starts_total{way=\"parked\"} 2\n"))
  }

  @Test func `buckets of a histogram include those below, and the last one all`() {
    let labels = MetricLabels(["phase": "init"])
    for milliseconds in [0.1, 0.3, 900, 1_000_000] {
      registry.observe(.environmentStartSeconds, labels, .microseconds(Int(milliseconds * 1000)))
    }
    let text = registry.text()
    let name = "redoubt_environment_start_seconds"
    #expect(text.contains("\(name)_bucket{phase=\"init\",le=\"0.00025\"} 1\n"))
    #expect(text.contains("\(name)_bucket{phase=\"init\",le=\"0.0005\"} 2\n"))
    #expect(text.contains("\(name)_bucket{phase=\"init\",le=\"1.024\"} 3\n"))
    #expect(text.contains("\(name)_bucket{phase=\"init\",le=\"+Inf\"} 4\n"))
    #expect(text.contains("\(name)_count{phase=\"init\"} 4\n"))
    #expect(text.contains("\(name)_sum{phase=\"init\"} 1000.9004\n"))
  }

  @Test func `a source is read when somebody asks`() {
    let count = Counter()
    registry.read(.environments) { [(MetricLabels(), count.next())] }
    #expect(registry.text().contains("redoubt_environments 1\n"))
    #expect(registry.text().contains("redoubt_environments 2\n"))
  }

  @Test func `a label cannot break out of its quotes`() {
    registry.count(.environmentStarts, MetricLabels(["runtime": "a\"b\\c\nd"]))
    #expect(registry.text().contains(#"{runtime="a\"b\\c\nd"} 1"#))
  }

  @Test func `every metric has a head, also without series`() {
    for metric in Metric.allCases { #expect(registry.text().contains("# HELP \(metric.rawValue) ")) }
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0.0)

  func next() -> Double {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
