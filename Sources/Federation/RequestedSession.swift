import JSON
import Wire

/// What an issuer asks of sessions (IAM User Guide, "Pass session tags in AWS STS"): tags and who begins them.
struct RequestedSession: Hashable, Sendable {
  let tags: [String: String]
  /// Names of tags that sessions assumed from the session have, too.
  let transitiveTags: [String]
  let sourceIdentity: String?

  private static let claim = "https://aws.amazon.com/tags"
  private static let mostTags = 50

  init(_ members: [String: JSONValue]) throws(WebIdentityFailure) {
    tags = try Self.tags(Self.principalTags(members))
    let asked = try Self.transitive(members)
    let known = Set(tags.keys.map { $0.lowercased() })
    guard asked.isSubset(of: known) else { throw .malformed("a transitive tag of its is none of its tags") }
    transitiveTags = tags.keys.filter { asked.contains($0.lowercased()) }.sorted()
    sourceIdentity = try Self.sourceIdentity(members)
  }

  /// Those in the claim, or each in a claim of its own.
  private static func principalTags(
    _ members: [String: JSONValue]
  ) throws(WebIdentityFailure) -> [(name: String, value: JSONValue)] {
    let prefix = claim + "/principal_tags/"
    var found = members.filter { $0.key.hasPrefix(prefix) }
      .map { (name: String($0.key.dropFirst(prefix.count)), value: $0.value) }
    guard let nested = members[claim] else { return found }
    guard case .object(let parts) = nested else { throw .malformed("its claim \(claim) is no object") }
    guard let inner = parts["principal_tags"] else { return found }
    guard case .object(let tags) = inner else { throw .malformed("its principal_tags are no object") }
    found += tags.map { (name: $0.key, value: $0.value) }
    return found
  }

  private static func tags(_ found: [(name: String, value: JSONValue)]) throws(WebIdentityFailure) -> [String: String] {
    guard found.count <= mostTags else { throw .malformed("it has more than \(mostTags) tags") }
    var tags: [String: String] = [:]
    var seen: Set<String> = []
    for (name, value) in found {
      guard case .array(let values) = value, values.count == 1, let text = values[0].string, isTag(name, text) else {
        throw .malformed("a tag of its is not of the form of tags")
      }
      guard seen.insert(name.lowercased()).inserted else { throw .malformed("two tags of its have one key") }
      tags[name] = text
    }
    return tags
  }

  private static func isTag(_ name: String, _ value: String) -> Bool {
    let isText = { (text: String) in text.unicodeScalars.allSatisfy(TagCharacter.contains) }
    return (1...128).contains(name.unicodeScalars.count) && value.unicodeScalars.count <= 256 && isText(name)
      && isText(value) && !name.lowercased().hasPrefix("aws:")
  }

  /// In lower case.
  private static func transitive(_ members: [String: JSONValue]) throws(WebIdentityFailure) -> Set<String> {
    var names: Set<String> = []
    for value in [members[claim]?["transitive_tag_keys"], members[claim + "/transitive_tag_keys"]].compactMap(\.self) {
      guard case .array(let keys) = value, keys.allSatisfy({ $0.string != nil }) else {
        throw .malformed("its transitive_tag_keys are no list of texts")
      }
      names.formUnion(keys.compactMap { $0.string?.lowercased() })
    }
    return names
  }

  private static func sourceIdentity(_ members: [String: JSONValue]) throws(WebIdentityFailure) -> String? {
    guard let value = members["https://aws.amazon.com/source_identity"] else { return nil }
    guard let name = value.string, (2...64).contains(name.utf8.count), name.utf8.allSatisfy(NameCharacter.contains)
    else {
      throw .malformed("its source identity is not of the form of one")
    }
    return name
  }
}
