import Authorization
import Core
import Functions
import JSON
import Wire

/// Makes an unchangeable version from `$LATEST`.
struct PublishVersion: ControlOperation, LambdaOperation {
  static let name = "PublishVersion"
  static let route = Route("POST", "/2015-03-31/functions/{FunctionName}/versions", successStatus: 201)
  static let unhonoured: [String: [JSONValue]] = ["PublishTo": []]

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let codeDigest: String?
    let description: String?
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let description = try members.string("Description")
    members.check(description, at: "Description", lengths: 0...256)
    return Input(
      target: try members.functionTarget(hasQualifier: false), codeDigest: try members.string("CodeSha256"),
      description: description, revisionID: try members.string("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:PublishVersion", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let current = try services.version(input.target, at: call.place)
    let version = try await services.registry.publish(
      current.name, at: call.place, description: input.description, codeDigest: input.codeDigest,
      revisionID: input.revisionID)
    return OperationOutput(try services.members(version, isQualified: true))
  }
}
