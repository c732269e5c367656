import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists the versions of a function, `$LATEST` first and then in order of their numbers.
struct ListVersionsByFunction: ControlOperation, LambdaOperation {
  static let name = "ListVersionsByFunction"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}/versions")

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let paging: Paging<Int>
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: try members.functionTarget(hasQualifier: false), paging: try Paging(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListVersionsByFunction", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let name = try services.name(input.target, at: call.place)
    let all = services.catalog.versions(of: name, at: call.place)
    let page = try input.paging.page(of: all, by: \.qualifier.number)
    let versions = try page.elements.map { try services.members($0, isQualified: true) }
    return OperationOutput(page.members("Versions", .array(versions)))
  }
}
