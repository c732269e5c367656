import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists the aliases of a function in order of their names: all, or those that can run one version.
struct ListAliases: ControlOperation, LambdaOperation {
  static let name = "ListAliases"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}/aliases")

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let version: AliasVersion?
    let paging: Paging<String>
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: false)
    return Input(
      target: target, version: AliasVersion(members.query("FunctionVersion"), &members), paging: try Paging(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListAliases", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let name = try services.name(input.target, at: call.place)
    let version = try input.version?.qualifier(of: input.target, at: call.place)
    let all = services.catalog.aliases(of: name, at: call.place).filter { alias in
      version.map { alias.routing.versions.contains($0) } ?? true
    }
    let page = try input.paging.page(of: all, by: \.name.description)
    return OperationOutput(page.members("Aliases", .array(page.elements.map(\.json))))
  }
}
