import Authorization
import Core
import Functions
import Wire

/// Points an alias at another version, or changes the shares of two; what the request leaves out stays.
struct UpdateAlias: ControlOperation, LambdaOperation {
  static let name = "UpdateAlias"
  static let route = Route("PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")

  let services: LambdaServices

  struct Input: Sendable {
    let target: AliasTarget
    let version: AliasVersion?
    let routing: RoutingMembers
    let description: String?
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.aliasTarget()
    let description = try members.string("Description")
    members.check(description, at: "Description", lengths: 0...256)
    return Input(
      target: target, version: AliasVersion(try members.string("FunctionVersion"), &members),
      routing: try RoutingMembers(&members), description: description, revisionID: try members.string("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:UpdateAlias", on: input.target.function.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let function = input.target.function
    let name = try services.name(function, at: call.place)
    guard services.catalog.alias(input.target.name, of: name, at: call.place) != nil else {
      throw LambdaErrors.notFound("Alias not found: \(function.arn(at: call.place)):\(input.target.name)")
    }
    let change = AliasChange(
      version: try input.version?.qualifier(of: function, at: call.place), description: input.description,
      additional: try input.routing.additional(of: function, at: call.place))
    let alias = try await services.registry.updateAlias(
      input.target.name, of: name, at: call.place, change, revisionID: input.revisionID)
    return OperationOutput(alias.json)
  }
}
