import Authorization
import Core
import Functions
import Identity
import JSON
import Wire

/// Describes a function or one of its versions, and says where its package is to be had; the tags are the function's.
struct GetFunction: ControlOperation, LambdaOperation {
  static let name = "GetFunction"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}")

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let origin: LinkOrigin
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: try members.functionTarget(hasQualifier: true), origin: members.linkOrigin)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunction", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let version = try services.version(input.target, at: call.place)
    let configuration = try services.members(version, askedAs: input.target)
    var code: [String: JSONValue] = ["RepositoryType": "S3"]
    let name = version.name.description
    let function = call.isWithinAccount ? name : PercentCoding.encode(version.functionARN.description)
    let path = "/2026-11-25/functions/\(function)/packages/\(version.code.digest)"
    if let link = services.link(to: path, input.origin, call) { code["Location"] = .string(link) }
    var members: [String: JSONValue] = ["Configuration": configuration, "Code": .object(code)]
    let tags = services.catalog.tags(of: version.name, at: call.place)
    if !tags.isEmpty { members["Tags"] = .object(tags.mapValues(JSONValue.string)) }
    members["Concurrency"] = services.catalog.concurrency(of: version.name, at: call.place)?.reservation
    return OperationOutput(.object(members))
  }
}
