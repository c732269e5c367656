import Core
import Identity
import JSON
import Policy

extension AuthorizationMessages {
  /// - Parameter record: as it is remembered.
  func encode(_ record: DecisionRecord) -> String? {
    encode(
      { record.message(details: $0) }, most: record.question.keys.all.count + record.decision.statements.count,
      for: record.account)
  }
}

extension DecisionRecord {
  /// Characters of a text: a caller chooses how long some are.
  private static let longest = 300

  /// The record in the manner of AWS's messages:
  /// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
  ///
  /// - Parameter details: how many statements and, after them, condition keys.
  fileprivate func message(details: Int) -> JSONValue {
    let statements = decision.statements.prefix(details)
    let keys = question.keys.all.sorted { $0.name < $1.name }.prefix(details - statements.count)
    let isWhole = details == decision.statements.count + question.keys.all.count
    return [
      "allowed": .bool(decision.isAllowed), "explicitDeny": .bool(decision.outcome == .explicitDeny),
      "reason": Self.text(decision.reason(for: question.action)),
      "matchedStatements": Self.items(statements.map(Self.statement)), "isComplete": .bool(isWhole),
      "context": [
        "principal": ["arn": Self.text(question.caller.name), "account": .string(account.description)],
        "action": Self.text(question.action), "resource": Self.text(question.resource),
        "conditions": Self.items(keys.map(Self.condition)),
      ],
      "requestId": .string(requestID.description), "time": .string(time.utc.isoZulu),
    ]
  }

  /// Printable ASCII that JSON writes as it is, so that the length of the text is known.
  private static func text(_ value: String) -> JSONValue {
    .string(
      String(
        value.unicodeScalars.prefix(longest).map { scalar in
          (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\" ? Character(scalar) : "?"
        }))
  }

  private static func items(_ values: [JSONValue]) -> JSONValue { ["items": .array(values)] }

  private static func statement(_ reference: StatementReference) -> JSONValue {
    ["statementId": text(reference.sid ?? ""), "effect": "DENY", "statement": text(reference.text)]
  }

  private static func condition(_ name: String, _ value: ConditionKeys.Value) -> JSONValue {
    let texts =
      switch value {
      case .single(let text): [text]
      case .list(let texts): texts
      }
    return ["key": text(name), "values": items(texts.map { ["value": text($0)] })]
  }
}
