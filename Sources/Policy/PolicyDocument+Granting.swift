/// What identity policies could let do on some resource under some conditions: what reports of unused rights go by.
extension PolicyDocument {
  /// Whether some action of the service may be allowed.
  package func mayAllow(service: String) -> Bool {
    let service = service.lowercased()
    let known = KnownActions.of(service)
    return known.isEmpty ? mayAllow(unknownService: service) : known.contains { mayAllow($0) }
  }

  /// Of a service whose actions are not known: whether a pattern can name one of them, or leaves the service in.
  private func mayAllow(unknownService service: String) -> Bool {
    statements.contains { statement in
      guard statement.effect == .allow else { return false }
      let patterns = statement.actions.patterns.map { $0.text.lowercased() }
      return statement.actions.isNegated
        ? !patterns.contains { $0 == "*" || $0 == service + ":*" }
        : patterns.contains { $0 == "*" || $0.hasPrefix(service + ":") }
    }
  }

  /// - Parameter action: for example `lambda:InvokeFunction`.
  package func mayAllow(_ action: String) -> Bool {
    let action = ActionName(action)
    return statements.contains { $0.effect == .allow && $0.actions.matches(action) }
  }

  /// Whether it denies the action on everything, whatever the request.
  package func alwaysDenies(_ action: String) -> Bool {
    let action = ActionName(action)
    return statements.contains { statement in
      statement.effect == .deny && statement.conditions.isEmpty && statement.actions.matches(action)
        && statement.resources?.isEverything ?? true
    }
  }

  /// The actions that its statements allow, as they are written, with their wildcards; none of what `NotAction` leaves.
  package var allowedPatterns: [String] {
    statements.filter { $0.effect == .allow && !$0.actions.isNegated }.flatMap { $0.actions.patterns.map(\.text) }
  }
}

extension ResourceBlock {
  fileprivate var isEverything: Bool { !isNegated && patterns.contains { $0.text == "*" } }
}
