/// A `requirements.txt`: what a function imports besides its own code and the standard library.
struct PythonRequirements: Hashable, Sendable {
  static let fileName = "requirements.txt"

  let text: String

  /// - Throws: for lines that take from other files: what is installed must follow from this text alone, because its
  ///   digest decides whether it is installed anew.
  init(_ text: String) throws(CommandFailure) {
    self.text = text
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let word = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      guard Self.leadsElsewhere(word) else { continue }
      throw CommandFailure(
        .usage,
        PrintableText.escape("\(Self.fileName):\(index + 1): `\(word)` names another file: say here what that brings"))
    }
  }

  /// Whether there is anything to install.
  var isEmpty: Bool {
    text.split(separator: "\n").allSatisfy { line in line.drop(while: \.isWhitespace).first.map { $0 == "#" } ?? true }
  }

  private static func leadsElsewhere(_ word: String) -> Bool {
    let name = word.prefix { $0 != "=" }
    if name.hasPrefix("--") { return ["--requirement", "--constraint", "--editable", "--find-links"].contains(name) }
    // A short option may have its value without a space.
    return ["-r", "-c", "-e", "-f", ".", "/", "~", "file:"].contains { word.hasPrefix($0) }
  }
}
