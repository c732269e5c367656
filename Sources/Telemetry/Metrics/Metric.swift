/// What the server measures of itself. Names and units follow Prometheus' conventions ("Metric and label naming").
package enum Metric: String, CaseIterable, Sendable {
  case environmentStarts = "redoubt_environment_starts_total"
  case environmentStartSeconds = "redoubt_environment_start_seconds"
  case environments = "redoubt_environments"
  case stockTarget = "redoubt_stock_target"
  case invocationsAdmitted = "redoubt_invocations_admitted_total"
  case invocationsThrottled = "redoubt_invocations_throttled_total"

  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  var kind: Kind {
    switch self {
    case .environmentStarts, .invocationsAdmitted, .invocationsThrottled: .counter
    case .environments, .stockTarget: .gauge
    case .environmentStartSeconds: .histogram
    }
  }

  var help: String {
    switch self {
    case .environmentStarts: "Environments whose runtime has asked for work, by how their sandbox came about."
    case .environmentStartSeconds: "Time that a phase of their start took."
    case .environments: "Environments that exist."
    case .stockTarget: "Sandboxes that are to be ready before anybody asks for one."
    case .invocationsAdmitted: "Invocations that got a place."
    case .invocationsThrottled: "Invocations that were refused for a limit, by its name."
    }
  }
}

/// Names of one series of a metric, in the order in which they are told.
package struct MetricLabels: Hashable, Sendable {
  let pairs: [(name: String, value: String)]

  package init(_ pairs: KeyValuePairs<String, String> = [:]) { self.pairs = pairs.map { ($0.key, $0.value) } }

  package static func == (left: MetricLabels, right: MetricLabels) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }
}
