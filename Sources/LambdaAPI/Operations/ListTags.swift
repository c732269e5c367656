import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists the tags of a function.
struct ListTags: ControlOperation, LambdaOperation {
  static let name = "ListTags"
  static let route = Route("GET", "/2017-03-31/tags/{Resource}")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> TaggedResource {
    members.taggedResource()
  }

  static func access(_ input: TaggedResource, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListTags", on: input.arn)]
  }

  func run(_ call: Authorized<TaggedResource>) async throws -> OperationOutput {
    let name = try services.name(call.value, at: call.place)
    let tags = services.catalog.tags(of: name, at: call.place)
    return OperationOutput(["Tags": .object(tags.mapValues(JSONValue.string))])
  }
}
