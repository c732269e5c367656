import Functions

/// What a function is to be; nil leaves it as it is.
struct FunctionSpec: Sendable {
  let name: String
  let code: CodeSource
  let settings: FunctionSettings
  /// Merged into /opt in this order.
  let layers: [LayerSource]?
  let hygiene: HygieneSetting?
}

extension FunctionSpec {
  /// A function of a manifest.
  init(_ name: String, _ value: ManifestValue) throws(CommandFailure) {
    guard FunctionName(name) != nil else {
      throw value.failure("`\(name)` is no function's name: give 1 to 64 letters, digits, hyphens and underscores")
    }
    let values = try value.members(of: FunctionKey.self)
    let directory = HostFile.parent(HostFile.absolute(value.path))
    self.name = name
    code = CodeSource(path: HostFile.resolve(try values.text(.code) ?? ".", from: directory))
    settings = try FunctionSettings(values)
    layers = try values[.layers].map { list throws(CommandFailure) in try Self.layers(list, directory) }
    hygiene = try values[.hygiene].map { value throws(CommandFailure) in try Self.hygiene(value) }
  }

  private static func layers(_ list: ManifestValue, _ directory: String) throws(CommandFailure) -> [LayerSource] {
    let items = try list.items()
    guard items.count <= FunctionKey.mostLayers else {
      throw list.failure("`\(list.name)` has \(items.count) entries: give at most \(FunctionKey.mostLayers)")
    }
    var layers: [LayerSource] = []
    for item in items { layers.append(LayerSource(try item.text(1...4096), from: directory)) }
    return layers
  }

  private static func hygiene(_ value: ManifestValue) throws(CommandFailure) -> HygieneSetting {
    let text = try value.verbatim()
    do { return try HygieneSetting(text) } catch { throw value.failure(error.description) }
  }
}

extension FunctionSettings {
  fileprivate init(_ values: [FunctionKey: ManifestValue]) throws(CommandFailure) {
    handler = try values.text(.handler)
    runtime = try values.text(.runtime)
    memory = try values.number(.memory)
    timeout = try values.number(.timeout)
    ephemeralStorage = try values.number(.ephemeralStorage)
    role = try values.text(.role)
    description = try values.text(.description)
    guard let environment = values[.environment] else { return }
    var variables: [String: String] = [:]
    for (name, value) in try environment.members() { variables[name] = try value.verbatim() }
    self.variables = variables
  }
}

extension [FunctionKey: ManifestValue] {
  fileprivate func text(_ key: FunctionKey) throws(CommandFailure) -> String? {
    guard let value = self[key], let lengths = key.lengths else { return nil }
    return try value.text(lengths)
  }

  fileprivate func number(_ key: FunctionKey) throws(CommandFailure) -> Int? {
    guard let value = self[key], let range = key.range else { return nil }
    return try value.integer(in: range)
  }
}
