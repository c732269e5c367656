import Core
import Synchronization

/// The measurements of this server process since its start. Nothing on the path of a warm invocation writes here: what that
/// counts, it counts by itself, and a `source` reads it when somebody asks.
package final class MetricRegistry: Sendable {
  /// Gives series when somebody asks for them. Called from any thread; must not wait.
  package typealias Source = @Sendable () -> [(labels: MetricLabels, value: Double)]

  private struct State {
    var values: [Metric: [MetricLabels: Double]] = [:]
    var histograms: [Metric: [MetricLabels: Histogram]] = [:]
    var sources: [Metric: Source] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// Adds one to a counter.
  package func count(_ metric: Metric, _ labels: MetricLabels) {
    state.withLock { $0.values[metric, default: [:]][labels, default: 0] += 1 }
  }

  /// Notes one duration of a histogram.
  package func observe(_ metric: Metric, _ labels: MetricLabels, _ duration: Duration) {
    let seconds = Double(duration.wholeNanoseconds) / 1e9
    state.withLock { $0.histograms[metric, default: [:]][labels, default: Histogram()].note(seconds) }
  }

  /// Has a metric read where it is counted. Once for each metric.
  package func read(_ metric: Metric, from source: @escaping Source) {
    state.withLock { $0.sources[metric] = source }
  }

  /// All of them, in the text format of Prometheus (version 0.0.4).
  package func text() -> String {
    let state = state.withLock { $0 }
    return Metric.allCases.map { text($0, state) }.joined()
  }

  private func text(_ metric: Metric, _ state: State) -> String {
    let values =
      state.sources[metric]?() ?? (state.values[metric] ?? [:]).map { (labels: $0.key, value: $0.value) }
    var lines = values.map { "\(metric.rawValue)\($0.labels.text()) \(Histogram.text($0.value))" }
    lines += (state.histograms[metric] ?? [:]).flatMap { $0.value.lines(metric.rawValue, $0.key) }
    let head = ["# HELP \(metric.rawValue) \(metric.help)", "# TYPE \(metric.rawValue) \(metric.kind.rawValue)"]
    return (head + (metric.kind == .histogram ? lines : lines.sorted())).map { $0 + "\n" }.joined()
  }
}
