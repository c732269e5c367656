import Wire

/// JSON as a line of output.
enum JSONText {
  static func line(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) + "\n" }
}
