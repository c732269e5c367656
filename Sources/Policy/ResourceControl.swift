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
    guard !actions.isNegated, !actions.patterns.contains(where: { $0.text == "*" }) else {
      throw PolicyError(.prohibited, "A resource control policy must name the services of its actions.")
    }
  }
}
