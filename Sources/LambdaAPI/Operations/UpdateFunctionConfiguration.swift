import Authorization
import Core
import Functions
import Wire

/// Changes settings of `$LATEST`; those that the request leaves out stay.
struct UpdateFunctionConfiguration: ControlOperation, LambdaOperation {
  static let name = "UpdateFunctionConfiguration"
  static let route = Route("PUT", "/2015-03-31/functions/{FunctionName}/configuration")
  static let unhonoured = ConfigurationMembers.unhonoured

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let configuration: ConfigurationMembers
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      target: try members.functionTarget(hasQualifier: false), configuration: try ConfigurationMembers(&members),
      revisionID: try members.string("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let update = AccessRequest("lambda:UpdateFunctionConfiguration", on: input.target.arn(at: place))
    guard let role = input.configuration.role else { return [update] }
    return [update, AccessRequest("iam:PassRole", on: role)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let members = call.value.configuration
    try members.checkRuntime(services.runtimes)
    try members.checkVariables()
    let current = try services.version(call.value.target, at: call.place)
    var configuration = current.configuration
    configuration.runtime = members.runtime ?? configuration.runtime
    configuration.role = members.role ?? configuration.role
    configuration.handler = members.handler ?? configuration.handler
    configuration.description = members.description ?? configuration.description
    configuration.timeout = members.timeout ?? configuration.timeout
    configuration.memorySize = members.memorySize ?? configuration.memorySize
    configuration.ephemeralStorage = members.ephemeralStorage ?? configuration.ephemeralStorage
    let version = try await services.registry.update(
      current.name, at: call.place, revisionID: call.value.revisionID,
      configuration: configuration, variables: members.variables)
    return OperationOutput(try services.members(version, isQualified: false))
  }
}
