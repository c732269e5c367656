import Authorization
import Core
import Identity
import JSON
import Wire

/// Binds an account, or all of them, by a policy, or gives the policy another document.
struct PutGuardrail: ControlOperation, RedoubtOperation {
  static let name = "PutGuardrail"
  static let route = Route("PUT", "/2026-11-25/guardrails")

  let services: RedoubtServices

  struct Input: Sendable {
    let place: GuardrailPlace
    let document: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let place = try members.guardrailPlace { (members, name) throws(Fault) in try members.string(name) }
    let document = try members.requiredString("Document")
    return Input(place: place, document: document)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:PutGuardrail", on: .ofManagement(input.place.resource))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let guardrail = try call.value.place.guardrail(call.value.document)
    try await services.organization.put(guardrail)
    return OperationOutput(services.members(guardrail))
  }
}
