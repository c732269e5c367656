import Admission
import Execution
import Telemetry

extension MetricRegistry {
  /// Has read, when somebody asks, what these count by themselves.
  func read(_ executor: Executor, _ admission: AdmissionController) {
    read(.environments) { [(MetricLabels(), Double(executor.environmentCount))] }
    read(.stockTarget) { executor.stockTargets.map { ($0.labels, Double($0.count)) } }
    read(.invocationsAdmitted) { [(MetricLabels(), Double(admission.counters.admitted))] }
    read(.invocationsThrottled) {
      Throttle.Reason.allCases.map {
        (MetricLabels(["reason": $0.rawValue]), Double(admission.counters.count(of: $0)))
      }
    }
  }
}
