import Configuration

/// The settings of `serve` from flags, environment, file and defaults, in this order of precedence.
///
/// The file is parsed here and given to the reader as values in memory: the library's own file reader is asynchronous,
/// the supervisor is not, and it would pass over unknown keys.
struct ServeSettings: Sendable {
  private let reader: ConfigReader
  private let defaults: ServeDefaults

  init(
    flags: [ServeKey: String], environment: ProcessEnvironment, defaults: ServeDefaults
  ) throws(CommandFailure) {
    let above: [any ConfigProvider] = [Self.provider("flags", flags), environment.provider]
    self.defaults = defaults
    let withoutFile = ConfigReader(providers: above)
    guard let path = withoutFile.string(forKey: Self.key(.config)) else {
      reader = withoutFile
      return
    }
    reader = ConfigReader(providers: above + [Self.provider("file", try SettingsFile.read(path))])
  }

  private static func key(_ key: ServeKey) -> ConfigKey { ConfigKey(["redoubt", key.name]) }

  private static func provider(_ name: String, _ values: [ServeKey: String]) -> InMemoryProvider {
    let pairs = values.map { (AbsoluteConfigKey(Self.key($0)), ConfigValue(.string($1), isSecret: false)) }
    return InMemoryProvider(name: name, values: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
  }
}

extension ServeSettings {
  /// - Returns: nil when the setting has no value and no default on this host.
  func optionalText(_ key: ServeKey) throws(CommandFailure) -> String? {
    guard let text = reader.string(forKey: Self.key(key)) ?? defaults.text(key) else { return nil }
    guard !text.isEmpty, !text.contains("\n") else { throw refusal(key, text, "text on one line") }
    return key.row.form == .path ? HostFile.absolute(text) : text
  }

  func text(_ key: ServeKey) throws(CommandFailure) -> String {
    guard let text = try optionalText(key) else {
      throw CommandFailure(.configuration, "\(key.name) has no value on this host: set \(key.flag) or \(key.variable)")
    }
    return text
  }

  /// A value of a type that is nil for text out of form.
  func parsed<Value>(
    _ key: ServeKey, as form: String, _ parse: (String) -> Value?
  ) throws(CommandFailure) -> Value {
    let text = try text(key)
    guard let value = parse(text) else { throw refusal(key, text, form) }
    return value
  }

  /// A number within the range that the table gives.
  func whole(_ key: ServeKey) throws(CommandFailure) -> Int {
    guard case .whole(let range) = key.row.form else { throw refusal(key, "", "a number") }
    let form = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try parsed(key, as: form) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
  }

  /// `true` or `false`.
  func truth(_ key: ServeKey) throws(CommandFailure) -> Bool { try parsed(key, as: "true or false", Bool.init) }

  private func refusal(_ key: ServeKey, _ text: String, _ form: String) -> CommandFailure {
    CommandFailure(.configuration, "\(key.name) is `\(text)`: give \(form) (\(key.flag) or \(key.variable))")
  }
}
