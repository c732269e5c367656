import JSON
import Policy
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Questions with their answers, many of them from AWS's documentation, whose address stands with the case.
struct PolicyCorpusTests {
  struct Expectation: Sendable, CustomTestStringConvertible {
    let id: String
    let expected: String
    let value: JSONValue
    var testDescription: String { id }
  }

  static let names = [
    "account", "blocks", "conditions", "cross-account", "guardrails", "sessions", "trust", "variables",
  ]

  @Test(arguments: try names.flatMap(load)) func `a case is decided as expected`(_ expectation: Expectation) throws {
    let asked = try PolicyCase(expectation.value)
    let decision = PolicyEvaluator.decide(asked.question, by: asked.policies)
    let found =
      switch decision.outcome {
      case .allow: "ALLOW allow"
      case .explicitDeny: "DENY explicitDeny"
      case .implicitDeny: "DENY implicitDeny"
      }
    #expect(found == expectation.expected)
  }

  @Test(arguments: try names.flatMap(load)) func `a decision has the statements that made it`(
    _ expectation: Expectation
  ) throws {
    let asked = try PolicyCase(expectation.value)
    let decision = PolicyEvaluator.decide(asked.question, by: asked.policies)
    switch decision.outcome {
    case .allow(.root), .allow(.noPermissionNeeded): break
    case .allow, .explicitDeny: #expect(!decision.statements.isEmpty)
    case .implicitDeny: #expect(decision.statements.isEmpty)
    }
  }

  private static func load(_ name: String) throws -> [Expectation] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let text = try Data(contentsOf: folder.appending(path: name + ".json"))
    let cases = try #require(JSONValue(parsing: text)?["cases"])
    guard case .array(let values) = cases else { return [] }
    return try values.map { value in
      Expectation(
        id: try #require(value["id"]?.string), expected: try #require(value["expect"]?.string), value: value)
    }
  }
}
