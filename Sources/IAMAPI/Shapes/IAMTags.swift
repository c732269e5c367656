import JSON
import Wire

/// Tags as members of requests and answers.
enum IAMTags {
  /// Reads a list of keys with values.
  static func read(_ members: inout MemberReader) throws(Fault) -> [String: String] {
    guard let value = members.member("Tags") else { return [:] }
    guard case .array(let list) = value else { throw .serialization("`Tags` is not a list of structures") }
    var tags: [String: String] = [:]
    var seen: Set<String> = []
    // One more than there can be tells that there are too many.
    for item in list.prefix(51) {
      let key = item["Key"]?.string ?? ""
      members.checkTag(key, item["Value"]?.string)
      refuseReserved(key, &members)
      if !seen.insert(key.lowercased()).inserted {
        members.note(
          Fault(
            code: "InvalidInput", status: 400,
            message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."))
      }
      tags[key] = item["Value"]?.string ?? ""
    }
    return tags
  }

  static func readKeys(_ members: inout MemberReader) throws(Fault) -> [String] {
    guard let keys = try members.strings("TagKeys") else {
      members.note(nil, at: "TagKeys", "Member must not be null")
      return []
    }
    for key in keys {
      members.checkTagKey(key)
      refuseReserved(key, &members)
    }
    return keys
  }

  private static func refuseReserved(_ key: String, _ members: inout MemberReader) {
    guard key.lowercased().hasPrefix("aws:") else { return }
    members.note(
      Fault(code: "InvalidInput", status: 400, message: "Tag keys that begin with aws: are reserved: `\(key)`"))
  }

  /// In the order of their keys.
  static func list(_ tags: [String: String]) -> JSONValue {
    .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
  }

  /// The condition keys of a request that brings tags.
  static func keys(_ tags: [String: String]) -> [String: JSONValue] {
    guard !tags.isEmpty else { return [:] }
    var keys: [String: JSONValue] = ["aws:TagKeys": .array(tags.keys.sorted().map { .string($0) })]
    for (key, value) in tags { keys["aws:RequestTag/" + key] = .string(value) }
    return keys
  }
}
