import Authorization
import Core
import Functions
import SupplyChain
import Wire

/// Replaces the code of `$LATEST` by a zip in the request.
struct UpdateFunctionCode: ControlOperation, LambdaOperation {
  static let name = "UpdateFunctionCode"
  static let route = Route("PUT", "/2015-03-31/functions/{FunctionName}/code")
  static let bodyLimit = CodeMembers.bodyLimit
  static let unhonoured = CodeMembers.unhonoured.merging(["PublishTo": []]) { first, _ in first }

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let zip: [UInt8]?
    let publish: Bool
    let isDryRun: Bool
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: false)
    try CodeMembers.checkArchitectures(&members)
    return Input(
      target: target, zip: try members.blob("ZipFile"), publish: try members.bool("Publish") ?? false,
      isDryRun: try members.bool("DryRun") ?? false, revisionID: try members.string("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:UpdateFunctionCode", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let current = try services.version(input.target, at: call.place)
    if let revisionID = input.revisionID, revisionID != current.revisionID { throw FunctionError.revisionMismatch }
    let layers = current.configuration.layers
    let code = try await CodeMembers.admit(
      input.zip, beside: layers, services, at: call.place, replacing: current.code.size, isDryRun: input.isDryRun)
    guard !input.isDryRun else {
      return OperationOutput(try services.members(current.with(code: code), isQualified: false))
    }
    guard try services.version(input.target, at: call.place).configuration.layers == layers else {
      throw FunctionError.concurrentChange(current.functionARN.description)
    }
    let version = try await services.registry.update(
      current.name, at: call.place, revisionID: input.revisionID, code: code, publish: input.publish)
    return OperationOutput(try services.members(version, isQualified: version.qualifier != .latest))
  }
}
