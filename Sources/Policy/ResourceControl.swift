extension Statement {
  /// Checks what a resource control policy may say: it takes away, from everyone, actions that it names.
  /// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
  func checkResourceControl() throws(PolicyError) {
    guard effect == .deny else {
      throw PolicyError(.prohibited, "A resource control policy may only deny.")
    }
    guard let principals, principals.patterns == [.everyone], !principals.isNegated else {
      throw PolicyError(.prohibited, "The principal of a resource control policy must be \"*\".")
    }
    guard !actions.isNegated, actions.patterns.allSatisfy(\.namesService) else {
      throw PolicyError(.prohibited, "A resource control policy must name the services of its actions.")
    }
  }
}

extension ActionPattern {
  /// Whether it says of which service it is.
  fileprivate var namesService: Bool {
    let service = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    return !service.isEmpty && service.count < text.utf8.count && !service.contains { "*?".utf8.contains($0) }
  }
}
