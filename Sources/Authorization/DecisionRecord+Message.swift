import Core
import JSON
import Policy

extension DecisionRecord {
  /// The record as DecodeAuthorizationMessage tells it, in the form of AWS's messages:
  /// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
  var message: JSONValue {
    [
      "allowed": .bool(decision.isAllowed), "explicitDeny": .bool(decision.outcome == .explicitDeny),
      "reason": .string(decision.reason(for: question.action)),
      "matchedStatements": Self.items(decision.statements.map(Self.statement)), "failures": Self.items([]),
      "context": [
        "principal": ["arn": .string(question.caller.name), "account": .string(account.description)],
        "action": .string(question.action), "resource": .string(question.resource),
        "conditions": Self.items(question.keys.all.sorted { $0.name < $1.name }.map(Self.condition)),
      ],
      "requestId": .string(requestID.description), "time": .string(time.utc.isoSeconds + "Z"),
    ]
  }

  private static func items(_ values: [JSONValue]) -> JSONValue { ["items": .array(values)] }

  private static func statement(_ reference: StatementReference) -> JSONValue {
    ["statementId": .string(reference.sid ?? ""), "statement": .string(reference.text)]
  }

  private static func condition(_ name: String, _ value: ConditionKeys.Value) -> JSONValue {
    let texts =
      switch value {
      case .single(let text): [text]
      case .list(let texts): texts
      }
    return ["key": .string(name), "values": items(texts.map { ["value": .string($0)] })]
  }
}
