/// Text from elsewhere, made safe for a terminal.
enum PrintableText {
  /// Control characters other than tab and newline as `\u{1b}`: escape sequences in a log must not reach the terminal.
  static func escape(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      if isControl, scalar != "\t", scalar != "\n" {
        escaped += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
