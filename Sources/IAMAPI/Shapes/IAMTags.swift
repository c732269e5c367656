import JSON
import Wire

/// Tags as members of requests and answers.
enum IAMTags {
  /// Reads a list of keys with values.
  static func read(_ members: inout MemberReader) throws(Fault) -> [String: String] {
    try members.tags(limit: 50, code: "InvalidInput", also: refuseReserved)
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
}
