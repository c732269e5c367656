import Authorization
import Core
import Functions
import Identity
import JSON
import Wire

/// Shows what others may do with a function, a version or an alias.
struct GetPolicy: ControlOperation, LambdaOperation {
  static let name = "GetPolicy"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}/policy")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: true)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetPolicy", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    let name = try services.name(call.value, at: call.place)
    let policy = try await services.registry.policy(of: name, try call.value.policyQualifier, at: call.place)
    return OperationOutput(services.members(policy))
  }
}

extension LambdaServices {
  /// As GetPolicy and GetLayerVersionPolicy answer it.
  func members(_ policy: ResourcePolicy) -> JSONValue {
    let text = policy.text { arn, id in ARN(arn).flatMap { identities.uniqueID(of: $0) } == id }
    return ["Policy": .string(text), "RevisionId": .string(policy.revisionID)]
  }
}
