import Wire

/// The hygiene mode of a function or of an account, at the server.
struct HygieneSetting {
  let client: ServiceClient
  /// Percent-encoded.
  let path: String

  /// - Parameter mode: `default` takes the mode back.
  func set(_ mode: String) throws {
    let isDefault = mode.lowercased() == "default"
    _ = try client.perform(isDefault ? .redoubt("DELETE", path) : .redoubt("PUT", path, ["Hygiene": .string(mode)]))
  }
}
