import Core
import Identity
import Wire

/// Which guardrail a request names: kind, target and name, as they were written.
struct GuardrailPlace: Sendable {
  fileprivate let kind: String?
  fileprivate let target: String?
  fileprivate let name: String?

  /// What follows the account in the ARN of the guardrail: by it, permissions for one target can be given.
  var resource: String { "guardrail/\(target ?? "*")/\(name ?? "*")" }

  /// - Throws: for what `guardrailPlace` has noted as a broken constraint.
  func guardrail(_ document: String) throws(Fault) -> Guardrail {
    guard let kind = kind.flatMap(Guardrail.Kind.init), let target = target.flatMap({ Guardrail.Target($0) }), let name
    else { throw RedoubtErrors.invalid("`Kind`, `Target` and `Name` have to name a guardrail") }
    return Guardrail(kind: kind, target: target, name: name, document: document)
  }
}

extension MemberReader {
  /// - Parameter read: where the members come from: the body or the query.
  mutating func guardrailPlace(
    _ read: (MemberReader, String) throws(Fault) -> String?
  ) throws(Fault) -> GuardrailPlace {
    let place = GuardrailPlace(
      kind: try read(self, "Kind"), target: try read(self, "Target"), name: try read(self, "Name"))
    for (value, member) in [(place.kind, "Kind"), (place.target, "Target"), (place.name, "Name")] where value == nil {
      note(nil, at: member, "Member must not be null")
    }
    check(place.kind, at: "Kind", oneOf: Guardrail.Kind.allCases.map(\.rawValue))
    check(place.target, at: "Target", pattern: "organization|\\d{12}") { Guardrail.Target($0) != nil }
    check(place.name, at: "Name", lengths: 1...128)
    check(place.name, at: "Name", pattern: "[\\w+=,.@-]+") { !$0.isEmpty && $0.utf8.allSatisfy(NameCharacter.contains) }
    return place
  }
}
