import Core

/// An ARN of a condition: its six parts are compared apart, each with wildcards of its own.
struct ARNPattern: Hashable, Sendable {
  private let parts: [Template]
  /// The parts as patterns where none has a variable.
  private let fixed: [Wildcards]?

  init(_ text: String, _ version: PolicyDocument.Version) {
    var fields = text.parts(separatedBy: ":", maxSplits: 5)
    // What a short ARN leaves out is anything.
    while fields.count < 6 { fields.append("*") }
    // Variables have a place in the last part only.
    parts = fields.enumerated().map { Template($1, $0 == 5 ? version : .v2008) }
    fixed = parts.allSatisfy(\.isFixed) ? Self.patterns(parts, .none) : nil
  }

  /// Whether `text` is an ARN that it names; not when one of its variables has no value.
  func matches(_ text: String, _ keys: ConditionKeys) -> Bool {
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count == 6, fields[0] == "arn", let patterns = fixed ?? Self.patterns(parts, keys) else {
      return false
    }
    return zip(patterns, fields).allSatisfy { $0.matches($1) }
  }

  private static func patterns(_ parts: [Template], _ keys: ConditionKeys) -> [Wildcards]? {
    var patterns: [Wildcards] = []
    for part in parts {
      guard let tokens = part.tokens(keys) else { return nil }
      patterns.append(Wildcards(tokens: tokens))
    }
    return patterns
  }
}
