import Authorization
import Core
import Functions
import Wire

/// Deletes a function with all its versions, or one published version.
struct DeleteFunction: ControlOperation, LambdaOperation {
  static let name = "DeleteFunction"
  // The model says 200 with a status member; the service answers 204 without a body.
  static let route = Route("DELETE", "/2015-03-31/functions/{FunctionName}", successStatus: 204)

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: true)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:DeleteFunction", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    let version = try services.version(call.value, at: call.place)
    if call.value.isQualified {
      try await services.registry.delete(version.name, version.qualifier, at: call.place)
    } else {
      try await services.registry.delete(version.name, at: call.place)
    }
    return OperationOutput()
  }
}
