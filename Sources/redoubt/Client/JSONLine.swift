import JSON
import Wire

/// JSON as a line of output.
enum JSONLine {
  static func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) + "\n" }
}
