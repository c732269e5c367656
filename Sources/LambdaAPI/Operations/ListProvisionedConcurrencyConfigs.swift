import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists what is provisioned for the versions and aliases of a function, in order of their qualifiers.
struct ListProvisionedConcurrencyConfigs: ControlOperation, LambdaOperation {
  static let name = "ListProvisionedConcurrencyConfigs"
  static let route = Route("GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL")

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let paging: Paging<String>
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: try members.functionTarget(hasQualifier: false), paging: try Paging(&members, most: 50))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListProvisionedConcurrencyConfigs", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try services.name(call.value.target, at: call.place)
    let all = services.catalog.provisioned(of: name, at: call.place)
    let page = try call.value.paging.page(of: all, by: \.qualifier)
    let arn = FunctionVersion.arn(name, at: call.place)
    let configurations = page.elements.map { provisioned in
      let members = services.members(provisioned)
      return JSONValue.object(members.merging(["FunctionArn": .string("\(arn):\(provisioned.qualifier)")]) { $1 })
    }
    return OperationOutput(page.members("ProvisionedConcurrencyConfigs", .array(configurations)))
  }
}
