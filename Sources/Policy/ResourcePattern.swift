import Core

/// A resource of a policy: `*` or an ARN with wildcards and, behind its fifth colon, variables.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
package struct ResourcePattern: Hashable, Sendable {
  /// As it was written.
  package let text: String
  private let form: Form

  private enum Form: Hashable, Sendable {
    case fixed(Wildcards)
    case open(Template)
  }

  init(_ text: String, _ version: PolicyDocument.Version) {
    self.text = text
    guard text != "*" else {
      form = .fixed(Wildcards(text))
      return
    }
    // What a short ARN leaves out is anything, as AWS completes it.
    var segments = text.parts(separatedBy: ":", maxSplits: 5)
    while segments.count < 6 { segments.append("*") }
    let head = segments[..<5].joined(separator: ":") + ":"
    let whole = Template(segments[5], version).after(head)
    form = whole.isFixed ? .fixed(Wildcards(tokens: whole.arnTokens(.none) ?? [])) : .open(whole)
  }

  var hasVariables: Bool {
    if case .open = form { true } else { false }
  }

  /// Nil when it cannot be told: a variable has no value. Such a pattern names nothing.
  func matches(_ resource: String, _ keys: ConditionKeys) -> Bool? {
    switch form {
    case .fixed(let wildcards): return wildcards.matches(resource)
    case .open(let template):
      return template.arnTokens(keys).map { Wildcards(tokens: $0).matches(resource) }
    }
  }
}
