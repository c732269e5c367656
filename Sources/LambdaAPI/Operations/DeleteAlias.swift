import Authorization
import Core
import Functions
import Wire

/// Deletes an alias; the versions that it points at stay. An alias that is not there is deleted already.
struct DeleteAlias: ControlOperation, LambdaOperation {
  static let name = "DeleteAlias"
  static let route = Route("DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", successStatus: 204)

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> AliasTarget {
    try members.aliasTarget()
  }

  static func access(_ input: AliasTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:DeleteAlias", on: input.function.arn(at: place))]
  }

  func run(_ call: Authorized<AliasTarget>) async throws -> OperationOutput {
    let name = try services.name(call.value.function, at: call.place)
    try await services.registry.deleteAlias(call.value.name, of: name, at: call.place)
    return OperationOutput()
  }
}
