import Core
import Identity
import JSON
import Policy
import Wire

/// What a request narrows a session to, and the tags that it gives it.
struct SessionScope: Sendable {
  let policy: String?
  let policyARNs: [String]
  let tags: [String: String]

  /// Characters of a session's policies and tags together.
  private static let largest = 2048
  private static let mostTags = 50
  private static let mostPolicies = 10

  /// - Parameter longestPolicy: characters of `Policy`.
  init(_ members: inout MemberReader, longestPolicy: Int) throws(Fault) {
    let policies = try SessionScope(policiesOf: &members, longestPolicy: longestPolicy)
    let tags = try members.tags(limit: Self.mostTags, code: "InvalidParameterValue")
    self.init(policy: policies.policy, policyARNs: policies.policyARNs, tags: tags)
    if tags.count > Self.mostTags {
      members.note("[]", at: "tags", "Member must have length less than or equal to \(Self.mostTags)")
    }
    if let fault { members.note(fault) }
  }

  /// What narrows the session, of a request whose tags come with a token: `tagged(by:)` checks the whole.
  ///
  /// - Parameter longestPolicy: characters of `Policy`.
  init(policiesOf members: inout MemberReader, longestPolicy: Int) throws(Fault) {
    let policy = try members.string("Policy")
    var arns: [String] = []
    for item in try members.structures("PolicyArns").prefix(Self.mostPolicies + 1) {
      let arn = item["arn"]?.string
      if arn == nil { members.note(nil, at: "policyArns.member.arn", "Member must not be null") }
      members.check(arn, at: "policyArns.member.arn", lengths: 20...2048)
      arns.append(arn ?? "")
    }
    members.check(policy, at: "Policy", lengths: 1...longestPolicy)
    self.init(policy: policy, policyARNs: arns, tags: [:])
  }

  private init(policy: String?, policyARNs: [String], tags: [String: String]) {
    self.policy = policy
    self.policyARNs = policyARNs
    self.tags = tags
  }

  /// - Throws: for what is too large, and for a policy that is none.
  func tagged(by tags: [String: String]) throws(Fault) -> SessionScope {
    let whole = SessionScope(policy: policy, policyARNs: policyARNs, tags: tags)
    if let fault = whole.fault { throw fault }
    return whole
  }

  /// Of what policies and tags may take together, in per cent; nil when there are none.
  var packedSize: Int? { size == 0 ? nil : Self.percentage(size) }

  /// - Throws: for a managed policy that is not there.
  func check(_ identities: IdentityDirectory, of account: AccountID) throws(Fault) {
    for arn in policyARNs where !identities.hasManagedPolicy(arn, in: account) {
      throw STSErrors.validation("The managed policy `\(arn)` is not there.")
    }
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

  /// Rounded up.
  private static func percentage(_ size: Int) -> Int { (100 * size + largest - 1) / largest }
}

extension IssuedSession {
  /// As all operations that give credentials answer them.
  var credentialMembers: JSONValue {
    [
      "AccessKeyId": .string(credentials.accessKeyID.description),
      "SecretAccessKey": .string(credentials.secretAccessKey),
      "SessionToken": .string(credentials.sessionToken ?? ""),
      "Expiration": .string(expiresAt.utc.isoZulu),
    ]
  }
}
