import Authorization
import Core
import Functions
import Wire

/// Describes an alias.
struct GetAlias: ControlOperation, LambdaOperation {
  static let name = "GetAlias"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> AliasTarget {
    try members.aliasTarget()
  }

  static func access(_ input: AliasTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetAlias", on: input.function.arn(at: place))]
  }

  func run(_ call: Authorized<AliasTarget>) async throws -> OperationOutput {
    let target = call.value
    let name = try services.name(target.function, at: call.place)
    guard let alias = services.catalog.alias(target.name, of: name, at: call.place) else {
      throw FunctionError.aliasNotFound("\(target.function.arn(at: call.place)):\(target.name)")
    }
    return OperationOutput(alias.json)
  }
}
