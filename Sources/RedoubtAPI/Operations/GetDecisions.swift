import Authorization
import Core
import JSON
import Policy
import Wire

/// Tells why a request was allowed or denied: who asked, what, with which condition keys, and which policies said so.
struct GetDecisions: ControlOperation, RedoubtOperation {
  static let name = "GetDecisions"
  static let route = Route("GET", "/2026-11-25/requests/{RequestId}/decisions")

  let services: RedoubtServices

  struct Input: Sendable {
    let id: RequestID?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let text = members.path("RequestId")
    let id = RequestID(text)
    if id == nil, !members.isDescribing {
      members.note(RedoubtErrors.invalid("`RequestId` is no request id: `\(text)`"))
    }
    return Input(id: id)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetDecisions", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let records = call.value.id.map { services.decisions.decisions(of: $0, in: call.place.account) } ?? []
    guard !records.isEmpty else {
      throw RedoubtErrors.notFound("no decision of that request is known any more")
    }
    return OperationOutput(["Decisions": .array(records.map(Self.members))])
  }

  private static func members(_ record: DecisionRecord) -> JSONValue {
    let (question, decision) = (record.question, record.decision)
    return [
      "Time": .string(record.time.utc.isoDateTime + "Z"),
      "Principal": .string(question.caller.name),
      "Action": .string(question.action),
      "Resource": .string(question.resource),
      "Outcome": decision.isAllowed ? "Allow" : "Deny",
      "Reason": .string(decision.reason(for: question.action)),
      "Statements": .array(decision.statements.map { .string(text($0, record)) }),
      "Policies": .array(policies(record).map(JSONValue.string)),
      "ConditionKeys": .object(
        Dictionary(
          question.keys.all.map { ($0.name, members($0.value)) }, uniquingKeysWith: { first, _ in first })),
    ]
  }

  private static func members(_ value: ConditionKeys.Value) -> JSONValue {
    switch value {
    case .single(let text): .string(text)
    case .list(let texts): .array(texts.map(JSONValue.string))
    }
  }

  /// Where a statement stands, with the name of its policy where it has one.
  private static func text(_ statement: StatementReference, _ record: DecisionRecord) -> String {
    let names =
      switch statement.source {
      case .identity: record.policies.identity
      case .accountGuardrail(let level): record.policies.serviceControls[level]
      case .resourceGuardrail(let level): record.policies.resourceControls[level]
      case .resource, .permissionsBoundary, .session: [String]()
      }
    guard names.indices.contains(statement.policy) else { return statement.text }
    return statement.text + " `\(names[statement.policy])`"
  }

  /// Every policy that was looked at.
  private static func policies(_ record: DecisionRecord) -> [String] {
    let looked = record.policies
    var policies = looked.identity.map { "identity-based policy `\($0)`" }
    if looked.hasResourcePolicy { policies.append("policy of the resource `\(record.question.resource)`") }
    if looked.hasBoundary { policies.append("permissions boundary") }
    if let session = looked.session { policies.append("session policies: \(session)") }
    return policies + guardrails("service control policy", looked.serviceControls)
      + guardrails("resource control policy", looked.resourceControls)
  }

  private static func guardrails(_ kind: String, _ levels: [[String]]) -> [String] {
    levels.enumerated().flatMap { level, names in names.map { "\(kind) `\($0)`, level \(level + 1)" } }
  }
}
