import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the guardrails of the organization and of its accounts with their documents, a page at a time.
struct ListGuardrails: ControlOperation, RedoubtOperation {
  static let name = "ListGuardrails"
  static let route = Route("GET", "/2026-11-25/guardrails")
  private static let longestPage = 100

  let services: RedoubtServices

  struct Input: Sendable {
    /// The last one of the page before, as its answer has it.
    let marker: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(marker: members.query("Marker") ?? "")
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:ListGuardrails", on: .ofManagement("guardrail/*"))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let all = try await services.organization.allGuardrails()
    let sorted = all.map { (key: Self.key($0), guardrail: $0) }.sorted { $0.key < $1.key }
    let rest = sorted.drop { $0.key <= call.value.marker }
    let page = rest.prefix(Self.longestPage)
    var members: [String: JSONValue] = ["Guardrails": .array(page.map { services.members($0.guardrail) })]
    if rest.count > page.count { members["NextMarker"] = page.last.map { .string($0.key) } }
    return OperationOutput(.object(members))
  }

  private static func key(_ guardrail: Guardrail) -> String {
    "\(guardrail.target)/\(guardrail.kind.rawValue)/\(guardrail.name)"
  }
}
