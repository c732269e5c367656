import Yams

/// A value of `redoubt.yaml`. Whatever asks it for a form names file and line when it has another.
struct ManifestValue {
  let node: Node
  /// The keys that lead to it, for example `functions.hello.memory`.
  let name: String
  let line: Int
  /// The file as it was named.
  let path: String

  /// The words for nothing at all; quoted they are text.
  private static let null = "tag:yaml.org,2002:null"
  private static let number = "tag:yaml.org,2002:int"
  /// What is text without quotes: dates have no meaning of their own here.
  private static let texts = ["tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp", "!"]

  func failure(_ problem: String) -> CommandFailure {
    CommandFailure(.configuration, PrintableText.escape("\(path):\(line): \(problem)"))
  }

  /// The members of a mapping, in the order of the file.
  func members() throws(CommandFailure) -> [(key: String, value: ManifestValue)] {
    guard case .mapping(let mapping) = node else {
      throw failure("\(name.isEmpty ? "the file" : "`\(name)`") must be keys with values")
    }
    var members: [(String, ManifestValue)] = []
    for (key, value) in mapping {
      let line = key.mark?.line ?? line
      guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
        throw CommandFailure(.configuration, "\(path):\(line): a key of `\(name)` is no text: give it a name")
      }
      let name = name.isEmpty ? scalar.string : "\(name).\(scalar.string)"
      members.append((scalar.string, ManifestValue(node: value, name: name, line: line, path: path)))
    }
    return members
  }

  /// The members of a mapping that has no keys but those.
  func members<Key: CaseIterable & Hashable & RawRepresentable<String>>(
    of keys: Key.Type
  ) throws(CommandFailure) -> [Key: ManifestValue] {
    var values: [Key: ManifestValue] = [:]
    for (name, value) in try members() {
      guard let key = Key(rawValue: name) else {
        let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
        throw value.failure("unknown key `\(value.name)`: give one of \(known)")
      }
      values[key] = value
    }
    return values
  }

  func items() throws(CommandFailure) -> [ManifestValue] {
    guard case .sequence(let nodes) = node else { throw failure("`\(name)` must be a list") }
    return nodes.map { ManifestValue(node: $0, name: name, line: $0.mark?.line ?? line, path: path) }
  }

  func integer(in range: ClosedRange<Int>) throws(CommandFailure) -> Int {
    guard case .scalar(let scalar) = node, tag == Self.number, let number = Int(scalar.string),
      range.contains(number)
    else {
      throw failure(
        "`\(name)` is \(shown): give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func text(_ lengths: ClosedRange<Int>) throws(CommandFailure) -> String {
    guard case .scalar(let scalar) = node, Self.texts.contains(tag) else {
      throw failure("`\(name)` is \(shown): give text, in quotes where YAML would take it for something else")
    }
    guard lengths.contains(scalar.string.unicodeScalars.count) else {
      throw failure("`\(name)` is \(shown): give \(lengths.lowerBound) to \(lengths.upperBound) characters")
    }
    return scalar.string
  }

  /// Text as it is written, of numbers and `true` too: what an environment variable is.
  func verbatim() throws(CommandFailure) -> String {
    guard case .scalar(let scalar) = node, tag != Self.null else {
      throw failure("`\(name)` is \(shown): give text, or \"\" for none")
    }
    return scalar.string
  }

  /// What it is by its form, for example `tag:yaml.org,2002:int`.
  private var tag: String { node.tag.rawValue }

  private var shown: String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "empty" : "`\(scalar.string)`"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
