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
    let target = call.value
    let name = try services.name(target, at: call.place)
    if !target.isQualified {
      try await services.registry.delete(name, at: call.place)
    } else if let version = Qualifier(target.qualifier) {
      try await services.registry.delete(name, version, at: call.place)
    } else if AliasName(target.qualifier) != nil {
      throw LambdaErrors.invalidParameter("Deletion of aliases is not currently supported.")
    }
    // What is left are numbers that no version can have: nothing to delete, which is no error.
    return OperationOutput()
  }
}
