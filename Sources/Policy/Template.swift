import Core

/// A text of a policy with places for values of the request: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and
/// `${*}`, `${?}`, `${$}` for the characters themselves.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
struct Template: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    /// As it was written: its `*` and `?` may be wildcards.
    case text(String)
    /// What stands for itself.
    case literal(String)
    case variable(key: String, otherwise: String?)
  }

  let parts: [Part]

  /// Whether it has no variables.
  var isFixed: Bool {
    parts.allSatisfy { part in
      if case .variable = part { false } else { true }
    }
  }

  /// The keys of its variables, in lower case.
  var keys: [String] {
    parts.compactMap { part in
      if case .variable(let key, _) = part { key } else { nil }
    }
  }

  /// - Parameter version: of the document; what looks like a variable is none in the language of 2008.
  init(_ text: String, _ version: PolicyDocument.Version) {
    var parts: [Part] = []
    var rest = text[...]
    while version == .v2012, let (before, inside, after) = Self.firstBraces(in: rest) {
      if !before.isEmpty { parts.append(.text(String(before))) }
      parts.append(Self.part(inside))
      rest = after
    }
    if !rest.isEmpty || parts.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  /// What is before, inside and behind the first `${...}`.
  private static func firstBraces(in text: Substring) -> (Substring, Substring, Substring)? {
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while let sign = scalars[index...].firstIndex(of: "$") {
      index = scalars.index(after: sign)
      guard index < scalars.endIndex, scalars[index] == "{" else { continue }
      let start = scalars.index(after: index)
      guard let end = scalars[start...].firstIndex(of: "}") else { return nil }
      return (text[..<sign], text[start..<end], text[scalars.index(after: end)...])
    }
    return nil
  }

  /// What the braces hold.
  private static func part(_ inside: Substring) -> Part {
    if inside == "*" || inside == "?" || inside == "$" { return .literal(String(inside)) }
    let fields = inside.fields(separatedBy: ",", maxSplits: 1)
    let key = fields[0].lowercased()
    guard fields.count == 2 else { return .variable(key: key, otherwise: nil) }
    var value = fields[1].unicodeScalars.drop { $0 == " " }
    while value.last == " " { value.removeLast() }
    if value.count >= 2, value.first == "'", value.last == "'" { value = value.dropFirst().dropLast() }
    return .variable(key: key, otherwise: String(value))
  }

  /// The text with the request's values in it, where no character is a wildcard. Nil when a variable has no value.
  func text(_ keys: ConditionKeys) -> String? {
    if parts.count == 1, case .text(let text) = parts[0] { return text }
    var result = ""
    for part in parts {
      switch part {
      case .text(let text), .literal(let text): result += text
      case .variable(let key, let otherwise):
        guard let value = keys.variable(key) ?? otherwise else { return nil }
        result += value
      }
    }
    return result
  }

  /// The same as a pattern: what a value says stands for itself. Nil when a variable has no value.
  func tokens(_ keys: ConditionKeys) -> [Wildcards.Token]? {
    var tokens: [Wildcards.Token] = []
    for part in parts {
      switch part {
      case .text(let text): tokens += Wildcards.tokens(of: text)
      case .literal(let text): tokens += text.unicodeScalars.map { .character($0) }
      case .variable(let key, let otherwise):
        guard let value = keys.variable(key) ?? otherwise else { return nil }
        tokens += value.unicodeScalars.map { .character($0) }
      }
    }
    return tokens
  }

  /// The same with a text in front of it that has no variables.
  func after(_ head: String) -> Template {
    guard case .text(let first)? = parts.first else { return Template(parts: [.text(head)] + parts) }
    return Template(parts: [.text(head + first)] + parts.dropFirst())
  }

  private init(parts: [Part]) { self.parts = parts }

  /// As `tokens`, for an ARN: wildcards stay inside of a segment, except for a `*` at the end of one, which goes past
  /// colons. Where segments end is the pattern's to say, not that of values in it.
  func arnTokens(_ keys: ConditionKeys) -> [Wildcards.Token]? {
    var tokens: [Wildcards.Token] = []
    for (index, part) in parts.enumerated() {
      guard case .text(let text) = part else {
        guard let value = Template(parts: [part]).tokens(keys) else { return nil }
        tokens += value
        continue
      }
      tokens += Self.confined(Wildcards.tokens(of: text), isLast: index + 1 == parts.count)
    }
    return tokens
  }

  /// - Parameter isLast: whether nothing comes behind.
  private static func confined(_ tokens: [Wildcards.Token], isLast: Bool) -> [Wildcards.Token] {
    tokens.indices.map { index in
      let isAtEnd = index + 1 == tokens.endIndex ? isLast : tokens[index + 1] == .character(":")
      return switch tokens[index] {
      case .anyRun: isAtEnd ? .anyRun : .anyRunInSegment
      case .anyOne: .anyOneInSegment
      case let token: token
      }
    }
  }
}
