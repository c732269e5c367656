import Core
package import JSON

/// Tags as members of requests, which are the same for IAM and STS.
extension MemberReader {
  /// Reads `Tags`, a list of keys with values.
  ///
  /// - Parameters:
  ///   - limit: how many there can be; one more is read, which tells that there are too many.
  ///   - code: of the fault of keys that differ in case only.
  ///   - check: notes what else may be wrong with a key.
  package mutating func tags(
    limit: Int, code: String, also check: (String, inout MemberReader) -> Void = { _, _ in }
  ) throws(Fault) -> [String: String] {
    var tags: [String: String] = [:]
    var seen: Set<String> = []
    for item in try structures("Tags").prefix(limit + 1) {
      let key = item["Key"]?.string ?? ""
      checkTag(key, item["Value"]?.string)
      check(key, &self)
      if !seen.insert(key.lowercased()).inserted {
        note(
          Fault(
            code: code, status: 400,
            message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."))
      }
      tags[key] = item["Value"]?.string ?? ""
    }
    return tags
  }

  /// - Parameter value: nil when it is missing, which breaks a constraint too.
  private mutating func checkTag(_ key: String, _ value: String?) {
    checkTagKey(key)
    guard let value else { return note(nil, at: "tags.member.value", "Member must not be null") }
    check(value, at: "tags.member.value", lengths: 0...256)
    check(value, at: "tags.member.value", pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", matches: Self.isTagText)
  }

  package mutating func checkTagKey(_ key: String) {
    check(key, at: "tags.member.key", lengths: 1...128)
    check(key, at: "tags.member.key", pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", matches: Self.isTagText)
  }

  private static func isTagText(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(TagCharacter.contains) }
}

extension AccessRequest {
  /// The condition keys of a request that brings tags.
  package static func tagKeys(_ tags: [String: String]) -> [String: JSONValue] {
    guard !tags.isEmpty else { return [:] }
    var keys: [String: JSONValue] = ["aws:TagKeys": .array(tags.keys.sorted().map { .string($0) })]
    for (key, value) in tags { keys["aws:RequestTag/" + key] = .string(value) }
    return keys
  }
}
