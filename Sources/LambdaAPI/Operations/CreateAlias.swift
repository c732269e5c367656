import Authorization
import Core
import Functions
import Wire

/// Makes a name for one version, or for two that share the invocations.
struct CreateAlias: ControlOperation, LambdaOperation {
  static let name = "CreateAlias"
  static let route = Route("POST", "/2015-03-31/functions/{FunctionName}/aliases", successStatus: 201)

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let alias: AliasName
    /// nil only where the request lacks it, which is refused.
    let version: AliasVersion?
    let routing: RoutingMembers
    let description: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: false)
    let name = try members.string("Name")
    if name == nil { members.note(nil, at: "Name", "Member must not be null") }
    let version = try members.string("FunctionVersion")
    if version == nil { members.note(nil, at: "FunctionVersion", "Member must not be null") }
    let description = try members.string("Description")
    members.check(description, at: "Description", lengths: 0...256)
    return Input(
      target: target, alias: name.map { members.aliasName($0) } ?? .none, version: AliasVersion(version, &members),
      routing: try RoutingMembers(&members), description: description)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:CreateAlias", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let name = try services.name(input.target, at: call.place)
    guard let version = try input.version?.qualifier(of: input.target, at: call.place) else {
      throw LambdaErrors.invalidParameter("FunctionVersion is required")
    }
    let additional = try input.routing.additional(of: input.target, at: call.place)
    let alias = try await services.registry.createAlias(
      input.alias, of: name, at: call.place, to: version, additional: additional ?? nil,
      description: input.description ?? "")
    return OperationOutput(alias.json)
  }
}
