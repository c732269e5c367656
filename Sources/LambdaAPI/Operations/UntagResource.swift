import Authorization
import Core
import Functions
import JSON
import Wire

/// Takes tags from a function; a key that it does not have is no error.
struct UntagResource: ControlOperation, LambdaOperation {
  static let name = "UntagResource"
  static let route = Route("DELETE", "/2017-03-31/tags/{Resource}", successStatus: 204)

  let services: LambdaServices

  struct Input: Sendable {
    let resource: TaggedResource
    let keys: [String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(resource: members.taggedResource(), keys: TagMembers.readKeys(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let keys: [String: JSONValue] = ["aws:TagKeys": .array(input.keys.map { .string($0) })]
    return [AccessRequest("lambda:UntagResource", on: input.resource.arn, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try services.name(call.value.resource, at: call.place)
    try await services.registry.untag(name, at: call.place, keys: call.value.keys)
    return OperationOutput()
  }
}
