/// Every setting of `serve`, once: its name is the key in the file, the flag and (in capitals) the variable.
enum ServeKey: String, CaseIterable, Sendable {
  case config
  case dataDirectory = "data-dir"
  case secretsDirectory = "secrets-dir"
  case listen
  case region
  case account
  case user
  case runtimesDirectory = "runtimes-dir"
  case spawner
  case logLevel = "log-level"
  case drainTimeout = "drain-timeout"
  case concurrency
  case environments
  case codeStorage = "code-storage-bytes"
  case idleTimeout = "idle-timeout"
  case memoryReserve = "memory-reserve"
  case uidBase = "uid-base"
  case logRetention = "log-retention-days"
  case maximumConnections = "max-connections"
  case headerTimeout = "header-timeout"
  case bodyTimeout = "body-timeout"
  case idleConnectionTimeout = "idle-connection-timeout"
  case unauthenticatedBytes = "unauthenticated-bytes"
  case dev

  var name: String { rawValue }
  var flag: String { "--" + name }
  var variable: String { "REDOUBT_" + name.uppercased().split(separator: "-").joined(separator: "_") }
}

extension ServeKey {
  /// What a value must look like.
  enum Form: Hashable, Sendable {
    case text
    /// Made absolute against the working directory.
    case path
    case whole(ClosedRange<Int>)
    /// `true` or `false`; as a flag it has no value.
    case truth
  }

  /// What holds when nobody says anything.
  enum Fallback: Hashable, Sendable {
    case fixed(String)
    /// Worked out on the host; the text is what the documentation says.
    case found(String)
    case none
  }

  /// One row of the table of settings.
  struct Row: Hashable, Sendable {
    let form: Form
    let fallback: Fallback
    let documentation: String
  }

  /// For `--help`: what it does, the default and the variable.
  var help: String {
    switch row.fallback {
    case .fixed(let text), .found(let text): "\(row.documentation) (default: \(text); \(variable))"
    case .none: "\(row.documentation) (\(variable))"
    }
  }
}
