import Core
import Identity
import JSON
import Wire

/// The members of a request for a session of a role, with the constraints of AWS's model.
struct SessionMembers: Sendable {
  let name: String
  /// In seconds.
  let duration: Int
  let scope: SessionScope
  let transitiveTags: [String]
  let sourceIdentity: String?

  init(_ members: inout MemberReader) throws(Fault) {
    name = try members.requiredString("RoleSessionName")
    duration = try members.integer("DurationSeconds") ?? 3600
    scope = try SessionScope(&members, longestPolicy: 131_072)
    let tags = scope.tags
    let transitive = Set((try members.strings("TransitiveTagKeys") ?? []).map { $0.lowercased() })
    // As the tags are written, so that none is lost for its case.
    transitiveTags = tags.keys.filter { transitive.contains($0.lowercased()) }.sorted()
    if !transitive.isSubset(of: tags.keys.map { $0.lowercased() }) {
      members.note(STSErrors.invalid("The specified transitive tag key must be included in the requested tags."))
    }
    sourceIdentity = try members.string("SourceIdentity")
    members.check(duration, at: "DurationSeconds", in: 900...43_200)
    members.checkSessionName(name, at: "RoleSessionName")
    members.checkSessionName(sourceIdentity, at: "SourceIdentity")
  }

  /// Condition keys that belong to the request.
  var keys: [String: JSONValue] {
    var keys = AccessRequest.tagKeys(scope.tags)
    keys["sts:RoleSessionName"] = .string(name)
    keys["sts:SourceIdentity"] = sourceIdentity.map { .string($0) }
    if !transitiveTags.isEmpty { keys["sts:TransitiveTagKeys"] = .array(transitiveTags.map { .string($0) }) }
    return keys
  }

  /// What the session will be: transitive tags and the source identity of the caller's session go on in it.
  ///
  /// - Throws: for tags and a source identity that would take the place of such.
  func request(from caller: Principal) throws -> SessionRequest {
    var tags = scope.tags
    var transitive = transitiveTags
    var source = sourceIdentity
    if case .roleSession(let session) = caller.kind {
      for key in session.transitiveTags {
        guard !tags.keys.contains(where: { $0.lowercased() == key.lowercased() }) else {
          throw STSErrors.invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
              + "the calling session.")
        }
        tags[key] = session.tags[key]
      }
      transitive += session.transitiveTags
      guard source == nil || session.sourceIdentity == nil || source == session.sourceIdentity else {
        throw STSErrors.validation("The source identity is already set for this assume role session")
      }
      source = session.sourceIdentity ?? source
    }
    return SessionRequest(
      name: name, duration: duration, policy: scope.policy, policyARNs: scope.policyARNs, tags: tags,
      transitiveTags: transitive, sourceIdentity: source)
  }
}

extension MemberReader {
  /// The ARN of the role that is to be assumed.
  mutating func roleARN() throws(Fault) -> String {
    let role = try requiredString("RoleArn")
    check(role, at: "RoleArn", lengths: 20...2048)
    check(role, at: "RoleArn", pattern: "[\\u0020-\\u007E]+") { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
    return role
  }

  mutating func checkSessionName(_ name: String?, at member: String) {
    check(name, at: member, lengths: 2...64)
    check(name, at: member, pattern: "[\\w+=,.@-]*") { $0.utf8.allSatisfy(NameCharacter.contains) }
  }
}

extension Role {
  /// - Parameter duration: of a session of it, in seconds.
  /// - Throws: `ValidationError`.
  func checkDuration(_ duration: Int) throws(Fault) {
    guard duration <= maximumSession else {
      throw STSErrors.validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    }
  }
}
