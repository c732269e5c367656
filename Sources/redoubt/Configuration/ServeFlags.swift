import ArgumentParser

/// The flags of `serve`. What each one does is said in the table of `ServeKey` only.
struct ServeFlags: ParsableArguments {
  @Option(name: .key(.config), help: .key(.config)) var config: String?
  @Option(name: .key(.dataDirectory), help: .key(.dataDirectory)) var dataDirectory: String?
  @Option(name: .key(.secretsDirectory), help: .key(.secretsDirectory)) var secretsDirectory: String?
  @Option(name: .key(.listen), help: .key(.listen)) var listen: String?
  @Option(name: .key(.region), help: .key(.region)) var region: String?
  @Option(name: .key(.account), help: .key(.account)) var account: String?
  @Option(name: .key(.user), help: .key(.user)) var user: String?
  @Option(name: .key(.runtimesDirectory), help: .key(.runtimesDirectory)) var runtimesDirectory: String?
  @Option(name: .key(.spawner), help: .key(.spawner)) var spawner: String?
  @Option(name: .key(.logLevel), help: .key(.logLevel)) var logLevel: String?
  @Option(name: .key(.drainTimeout), help: .key(.drainTimeout)) var drainTimeout: String?
  @Option(name: .key(.concurrency), help: .key(.concurrency)) var concurrency: String?
  @Option(name: .key(.environments), help: .key(.environments)) var environments: String?
  @Option(name: .key(.codeStorage), help: .key(.codeStorage)) var codeStorage: String?
  @Option(name: .key(.idleTimeout), help: .key(.idleTimeout)) var idleTimeout: String?
  @Option(name: .key(.memoryReserve), help: .key(.memoryReserve)) var memoryReserve: String?
  @Option(name: .key(.uidBase), help: .key(.uidBase)) var uidBase: String?
  @Option(name: .key(.logRetention), help: .key(.logRetention)) var logRetention: String?
  @Option(name: .key(.maximumConnections), help: .key(.maximumConnections)) var maximumConnections: String?
  @Option(name: .key(.headerTimeout), help: .key(.headerTimeout)) var headerTimeout: String?
  @Option(name: .key(.bodyTimeout), help: .key(.bodyTimeout)) var bodyTimeout: String?
  @Option(name: .key(.idleConnectionTimeout), help: .key(.idleConnectionTimeout)) var idleConnectionTimeout: String?
  @Option(name: .key(.unauthenticatedBytes), help: .key(.unauthenticatedBytes)) var unauthenticatedBytes: String?
  @Flag(name: .key(.dev), help: .key(.dev)) var dev = false

  /// What was given on the command line.
  var values: [ServeKey: String] {
    Dictionary(
      uniqueKeysWithValues: ServeKey.allCases.compactMap { key in value(key).map { (key, $0) } })
  }

  private func value(_ key: ServeKey) -> String? {
    switch key {
    case .config: config
    case .dataDirectory: dataDirectory
    case .secretsDirectory: secretsDirectory
    case .listen: listen
    case .region: region
    case .account: account
    case .user: user
    case .runtimesDirectory: runtimesDirectory
    case .spawner: spawner
    case .logLevel: logLevel
    case .drainTimeout: drainTimeout
    case .concurrency: concurrency
    case .environments: environments
    case .codeStorage: codeStorage
    case .idleTimeout: idleTimeout
    case .memoryReserve: memoryReserve
    case .uidBase: uidBase
    case .logRetention: logRetention
    case .maximumConnections: maximumConnections
    case .headerTimeout: headerTimeout
    case .bodyTimeout: bodyTimeout
    case .idleConnectionTimeout: idleConnectionTimeout
    case .unauthenticatedBytes: unauthenticatedBytes
    case .dev: dev ? "true" : nil
    }
  }
}

extension NameSpecification {
  static func key(_ key: ServeKey) -> NameSpecification { .customLong(key.name) }
}

extension ArgumentHelp {
  static func key(_ key: ServeKey) -> ArgumentHelp { ArgumentHelp(key.help, valueName: key.valueName) }
}

extension ServeKey {
  fileprivate var valueName: String {
    switch row.form {
    case .text: "text"
    case .path: "path"
    case .whole: "n"
    case .truth: ""
    }
  }
}
