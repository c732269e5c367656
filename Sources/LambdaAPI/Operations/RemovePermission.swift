import Authorization
import Core
import Functions
import Wire

/// Takes a statement out of the policy of a function, a version or an alias.
struct RemovePermission: ControlOperation, LambdaOperation {
  static let name = "RemovePermission"
  static let route = Route(
    "DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", successStatus: 204)

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let statementID: String
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      target: try members.functionTarget(hasQualifier: true), statementID: members.statementID(),
      revisionID: members.query("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:RemovePermission", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let target = call.value.target
    let name = try services.name(target, at: call.place)
    try await services.registry.forbid(
      call.value.statementID, of: name, try target.policyQualifier, at: call.place,
      revisionID: call.value.revisionID)
    return OperationOutput()
  }
}
