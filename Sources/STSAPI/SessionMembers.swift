import Core
import Identity
import JSON
import Policy
import Wire

/// The members of a request for a session, with the constraints of AWS's model.
struct SessionMembers: Sendable {
  let name: String
  /// In seconds.
  let duration: Int
  let policy: String?
  let policyARNs: [String]
  let tags: [String: String]
  let transitiveTags: [String]
  let sourceIdentity: String?

  /// Characters of a session's policies and tags together.
  private static let largest = 2048
  private static let mostTags = 50
  private static let mostPolicies = 10

  init(_ members: inout MemberReader) throws(Fault) {
    name = try members.requiredString("RoleSessionName")
    duration = try members.integer("DurationSeconds") ?? 3600
    policy = try members.string("Policy")
    var arns: [String] = []
    for item in try Self.objects("PolicyArns", members).prefix(Self.mostPolicies + 1) {
      let arn = item["arn"]?.string
      if arn == nil { members.note(nil, at: "policyArns.member.arn", "Member must not be null") }
      members.check(arn, at: "policyArns.member.arn", lengths: 20...2048)
      arns.append(arn ?? "")
    }
    policyARNs = arns
    tags = try members.tags(limit: Self.mostTags, code: "InvalidParameterValue")
    let transitive = Set((try members.strings("TransitiveTagKeys") ?? []).map { $0.lowercased() })
    // As the tags are written, so that none is lost for its case.
    transitiveTags = tags.keys.filter { transitive.contains($0.lowercased()) }.sorted()
    if !transitive.isSubset(of: tags.keys.map { $0.lowercased() }) {
      members.note(STSErrors.invalid("The specified transitive tag key must be included in the requested tags."))
    }
    sourceIdentity = try members.string("SourceIdentity")
    members.check(duration, at: "DurationSeconds", in: 900...43_200)
    for (member, text) in [("RoleSessionName", Optional(name)), ("SourceIdentity", sourceIdentity)] {
      members.check(text, at: member, lengths: 2...64)
      members.check(text, at: member, pattern: "[\\w+=,.@-]*") { $0.utf8.allSatisfy(NameCharacter.contains) }
    }
    members.check(policy, at: "Policy", lengths: 1...131_072)
    if tags.count > Self.mostTags {
      members.note("[]", at: "tags", "Member must have length less than or equal to \(Self.mostTags)")
    }
    if let fault { members.note(fault) }
  }

  private static func objects(_ name: String, _ members: MemberReader) throws(Fault) -> [JSONValue] {
    guard let value = members.member(name) else { return [] }
    guard case .array(let values) = value else { throw .serialization("`\(name)` is not a list of structures") }
    return values
  }

  /// What fits the constraints of each member and is wrong nevertheless.
  private var fault: Fault? {
    if policyARNs.count > Self.mostPolicies || size > Self.largest {
      return Fault(
        code: "PackedPolicyTooLarge", status: 400,
        message: "Packed size of session tags and policies consumes \(Self.percentage(size))% of allotted space.")
    }
    guard let policy else { return nil }
    do {
      _ = try PolicyDocument(saving: policy.utf8, as: .session)
      return nil
    } catch {
      return Fault(code: "MalformedPolicyDocument", status: 400, message: error.message)
    }
  }

  private var size: Int {
    tags.reduce((policy ?? "").utf8.count + policyARNs.reduce(0) { $0 + $1.utf8.count }) { sum, tag in
      sum + tag.key.utf8.count + tag.value.utf8.count
    }
  }

  /// Of what policies and tags may take together, in per cent; nil when there are none.
  var packedSize: Int? { size == 0 ? nil : Self.percentage(size) }

  /// Rounded up.
  private static func percentage(_ size: Int) -> Int { (100 * size + largest - 1) / largest }

  /// Condition keys that belong to the request.
  var keys: [String: JSONValue] {
    var keys = AccessRequest.tagKeys(tags)
    keys["sts:RoleSessionName"] = .string(name)
    keys["sts:SourceIdentity"] = sourceIdentity.map { .string($0) }
    if !transitiveTags.isEmpty { keys["sts:TransitiveTagKeys"] = .array(transitiveTags.map { .string($0) }) }
    return keys
  }

  /// What the session will be: transitive tags and the source identity of the caller's session go on in it.
  ///
  /// - Throws: for tags and a source identity that would take the place of such.
  func request(from caller: Principal) throws -> SessionRequest {
    var tags = tags
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
      name: name, duration: duration, policy: policy, policyARNs: policyARNs, tags: tags, transitiveTags: transitive,
      sourceIdentity: source)
  }
}
