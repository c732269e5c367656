import Core
import Telemetry
import Testing

@testable import Execution

@Suite("Phases of a start")
struct StartTimesTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  @Test func `each phase is counted from the end of the one before`() {
    let metrics = MetricRegistry()
    let times = StartTimes(began: time(0), verified: time(1), sandboxed: time(4), wasParked: true)
    times.report(to: metrics, runtime: "python3.11", at: time(12))
    let text = metrics.text()
    #expect(text.contains("redoubt_environment_starts_total{runtime=\"python3.11\",way=\"parked\"} 1\n"))
    for (phase, sum) in [("verify", "0.001"), ("sandbox", "0.003"), ("init", "0.008"), ("total", "0.012")] {
      let labels = "{runtime=\"python3.11\",way=\"parked\",phase=\"\(phase)\"}"
      #expect(text.contains("redoubt_environment_start_seconds_sum\(labels) \(sum)\n"))
    }
  }

  @Test func `a start that was never carried through is none`() {
    let metrics = MetricRegistry()
    StartTimes(began: time(0)).report(to: metrics, runtime: "python3.11", at: time(1))
    #expect(!metrics.text().contains("redoubt_environment_starts_total{"))
  }
}
