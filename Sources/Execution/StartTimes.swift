import Core
import Telemetry

/// When the start of an environment came how far.
struct StartTimes: Sendable {
  let began: MonotonicTime
  /// The packages are what was deployed.
  var verified: MonotonicTime?
  /// The sandbox is there, and its program runs.
  var sandboxed: MonotonicTime?
  /// Whether the sandbox was taken from the stock, or made in its way.
  var wasParked = false

  /// The runtime has asked for work: tells the phases apart.
  func report(to metrics: MetricRegistry, runtime: String, at now: MonotonicTime) {
    guard let verified, let sandboxed else { return }
    let way = wasParked ? "parked" : "executed"
    metrics.count(.environmentStarts, MetricLabels(["runtime": runtime, "way": way]))
    let phases = [
      ("verify", verified - began), ("sandbox", sandboxed - verified), ("init", now - sandboxed),
      ("total", now - began),
    ]
    for (phase, duration) in phases {
      let labels = MetricLabels(["runtime": runtime, "way": way, "phase": phase])
      metrics.observe(.environmentStartSeconds, labels, duration)
    }
  }
}
