import JSON
import Wire

/// The JSON file of `--config`: one object, every member a setting.
enum SettingsFile {
  static func read(_ path: String) throws(CommandFailure) -> [ServeKey: String] {
    let bytes: [UInt8]
    do { bytes = try HostFile.bytes(path) } catch {
      throw CommandFailure(.configuration, "cannot read the configuration file: \(error)")
    }
    return try parse(bytes, path: path)
  }

  static func parse(_ bytes: [UInt8], path: String) throws(CommandFailure) -> [ServeKey: String] {
    guard case .object(let members)? = JSONValue(parsing: bytes) else {
      throw CommandFailure(.configuration, "`\(path)` is not a JSON object: see `redoubt serve --help` for its keys")
    }
    var values: [ServeKey: String] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let key = ServeKey(rawValue: name), key != .config else {
        throw CommandFailure(
          .configuration, "`\(path)` has the unknown key `\(name)`: see `redoubt serve --help` for the keys")
      }
      values[key] = try text(value, of: key, path: path)
    }
    return values
  }

  private static func text(_ value: JSONValue, of key: ServeKey, path: String) throws(CommandFailure) -> String {
    switch value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .bool(let truth) where key.row.form == .truth: return String(truth)
    default:
      let form = key.row.form == .truth ? "true or false" : "a string or a whole number"
      throw CommandFailure(.configuration, "`\(key.name)` in `\(path)` must be \(form)")
    }
  }
}
