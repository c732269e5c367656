import Core

/// A resource of a policy: `*` or an ARN with wildcards and, behind its fifth colon, variables.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
package struct ResourcePattern: Hashable, Sendable {
  /// As it was written.
  package let text: String
  private let form: Form

  private enum Form: Hashable, Sendable {
    case fixed(Wildcards)
    /// The first five segments with their colons, and what is behind.
    case open(head: [Wildcards.Token], Template)
  }

  init(_ text: String, _ version: PolicyDocument.Version) {
    self.text = text
    guard text != "*" else {
      form = .fixed(Wildcards(text))
      return
    }
    // What a short ARN leaves out is anything, as AWS completes it.
    var segments = text.fields(separatedBy: ":", maxSplits: 5).map(String.init)
    while segments.count < 6 { segments.append("*") }
    let head = segments[..<5].joined(separator: ":") + ":"
    let tail = Template(segments[5], version)
    form =
      if tail.isFixed, let tokens = tail.tokens(.none) {
        .fixed(Wildcards(tokens: Self.confined(Wildcards.tokens(of: head) + tokens)))
      } else {
        .open(head: Wildcards.tokens(of: head), tail)
      }
  }

  var hasVariables: Bool {
    if case .open = form { true } else { false }
  }

  /// Nil when it cannot be told: a variable has no value. Such a pattern names nothing.
  func matches(_ resource: String, _ keys: ConditionKeys) -> Bool? {
    switch form {
    case .fixed(let wildcards): return wildcards.matches(resource)
    case .open(let head, let tail):
      guard let tokens = tail.tokens(keys) else { return nil }
      return Wildcards(tokens: Self.confined(head + tokens)).matches(resource)
    }
  }

  /// Wildcards stay inside of a segment, except for a `*` at the end of one, which goes past colons.
  private static func confined(_ tokens: [Wildcards.Token]) -> [Wildcards.Token] {
    tokens.indices.map { index in
      let isLast = index + 1 == tokens.endIndex || tokens[index + 1] == .character(":")
      return switch tokens[index] {
      case .anyRun: isLast ? .anyRun : .anyRunInSegment
      case .anyOne: .anyOneInSegment
      case let token: token
      }
    }
  }
}
