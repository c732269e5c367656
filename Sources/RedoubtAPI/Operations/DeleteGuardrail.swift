import Authorization
import Core
import Identity
import JSON
import Wire

/// Takes a guardrail away.
struct DeleteGuardrail: ControlOperation, RedoubtOperation {
  static let name = "DeleteGuardrail"
  static let route = Route("DELETE", "/2026-11-25/guardrails", successStatus: 204)

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> GuardrailPlace {
    try members.guardrailPlace { (members, name) throws(Fault) in members.query(name) }
  }

  static func access(_ input: GuardrailPlace, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:DeleteGuardrail", on: .ofManagement(input.resource))]
  }

  func run(_ call: Authorized<GuardrailPlace>) async throws -> OperationOutput {
    let place = try call.value.guardrail("")
    try await services.organization.deleteGuardrail(place.kind, at: place.target, name: place.name)
    return OperationOutput()
  }
}
