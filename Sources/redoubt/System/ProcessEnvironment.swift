import Configuration

/// The environment variables of this process: the only place that reads them.
struct ProcessEnvironment: Sendable {
  let provider: EnvironmentVariablesProvider
  private let reader: ConfigReader

  /// The real environment.
  init() { self.init(provider: EnvironmentVariablesProvider()) }

  /// A given environment; for tests.
  init(_ variables: [String: String]) {
    self.init(provider: EnvironmentVariablesProvider(environmentVariables: variables))
  }

  private init(provider: EnvironmentVariablesProvider) {
    self.provider = provider
    reader = ConfigReader(provider: provider)
  }

  /// The assignments `NAME=VALUE` that this process was started with, for programs that it starts in its user's name.
  static var assignments: [String] {
    let bytes = (try? HostFile.bytes("/proc/self/environ")) ?? []
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// - Returns: nil when the variable is not set or empty.
  subscript(_ name: String) -> String? {
    guard let value = reader.string(forKey: ConfigKey([name])), !value.isEmpty else { return nil }
    return value
  }
}
