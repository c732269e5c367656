import Authorization
import Core
import Functions
import Sandbox
import SupplyChain
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
    let layers = input.configuration.layers?.access ?? []
    guard let role = input.configuration.role else { return [update] + layers }
    return [update, .passRole(role)] + layers
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let members = call.value.configuration
    try members.checkRuntime(services.runtimes)
    try members.checkVariables()
    let layers = try await layers(of: call)
    let current = try services.version(call.value.target, at: call.place)
    if let role = members.role { try services.sessions.check(role, of: current.functionARN, in: call.requestID) }
    var configuration = current.configuration
    configuration.layers = layers ?? configuration.layers
    configuration.runtime = members.runtime ?? configuration.runtime
    configuration.role = members.role ?? configuration.role
    configuration.handler = members.handler ?? configuration.handler
    configuration.description = members.description ?? configuration.description
    configuration.timeout = members.timeout ?? configuration.timeout
    configuration.memorySize = members.memorySize ?? configuration.memorySize
    configuration.ephemeralStorage = members.ephemeralStorage ?? configuration.ephemeralStorage
    configuration.snapStart = members.snapStart ?? configuration.snapStart
    try configuration.checkSnapStart()
    if let logging = members.logging {
      configuration.logging = try logging.applied(to: current.logging, of: current.name)
    }
    let version = try await services.registry.update(
      current.name, at: call.place, revisionID: call.value.revisionID,
      configuration: configuration, variables: members.variables)
    return OperationOutput(try services.members(version, isQualified: false))
  }

  /// The layers that the request names, once they are known to fit in with the code.
  ///
  /// - Returns: nil when the request leaves layers as they are.
  private func layers(of call: Authorized<Input>) async throws -> [FunctionLayer]? {
    guard let selection = call.value.configuration.layers else { return nil }
    let version = try services.version(call.value.target, at: call.place)
    let layers = try await selection.resolve(services, at: call.place)
    guard !layers.isEmpty else { return [] }
    let code = try await services.library.prepare(version.codeArtifact)
    try LayerSelection.checkSize(of: layers, withCodeOf: code.bytes)
    guard try services.version(call.value.target, at: call.place).code == version.code else {
      throw FunctionError.concurrentChange(version.functionARN.description)
    }
    return layers
  }
}
