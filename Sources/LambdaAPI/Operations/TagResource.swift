import Authorization
import Core
import Functions
import Wire

/// Adds tags to a function; one of a key that it has takes the new value.
struct TagResource: ControlOperation, LambdaOperation {
  static let name = "TagResource"
  static let route = Route("POST", "/2017-03-31/tags/{Resource}", successStatus: 204)

  let services: LambdaServices

  struct Input: Sendable {
    let resource: TaggedResource
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let tags = try TagMembers.read(&members)
    if tags == nil { members.note(nil, at: "Tags", "Member must not be null") }
    return Input(resource: members.taggedResource(), tags: tags ?? [:])
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:TagResource", on: input.resource.arn, keys: AccessRequest.tagKeys(input.tags))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try services.name(call.value.resource, at: call.place)
    let tags = call.value.tags
    guard !tags.isEmpty else {
      throw LambdaErrors.invalidParameter("An error occurred and the request cannot be processed.")
    }
    try TagMembers.check(tags)
    try await services.registry.tag(name, at: call.place, with: tags)
    return OperationOutput()
  }
}
