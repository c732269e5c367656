import Core
import JSON
import Policy
import Storage
import Testing

@testable import Functions

struct ResourcePoliciesTests {
  private let fixture: RegistryFixture
  private let name: FunctionName
  private let arn: ARN
  private var policies: ResourcePolicies { fixture.registry.policies }

  init() async throws {
    fixture = try await RegistryFixture()
    name = try await fixture.create("f")
    arn = FunctionVersion.arn(name, at: fixture.place)
  }

  private func permission(
    _ id: String, _ principal: JSONValue = ["AWS": "111111111111"], ofID principalID: String? = nil,
    isPublic: Bool = false
  ) -> Permission {
    let json: JSONValue = [
      "Sid": .string(id), "Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction",
      "Resource": .string(arn.description),
    ]
    return Permission(id: id, json: json, principalID: principalID, isPublic: isPublic)
  }

  private func permit(_ permission: Permission, _ revisionID: String? = nil) async throws -> ResourcePolicy {
    try await fixture.registry.permit(permission, of: name, nil, at: fixture.place, revisionID: revisionID)
  }

  /// Whether the policy in memory lets the user in.
  private func letsIn(_ user: String, id: String = "AIDA1", _ policies: ResourcePolicies? = nil) -> Bool {
    let question = PolicyQuestion(
      caller: Caller(.user(arn: user, uniqueID: id), account: "111111111111"), action: "lambda:InvokeFunction",
      resource: arn.description, resourceAccount: "111111111111")
    let set = PolicySet(resource: (policies ?? self.policies).document(of: arn.description))
    return PolicyEvaluator.decide(question, by: set).isAllowed
  }

  @Test func `a statement counts from when it was added until it is taken away`() async throws {
    let user = "arn:aws:iam::111111111111:user/u"
    #expect(!letsIn(user))
    _ = try await permit(permission("s", ["AWS": .string(user)]))
    #expect(letsIn(user))
    try await fixture.registry.forbid("s", of: name, nil, at: fixture.place, revisionID: nil)
    #expect(!letsIn(user))
    await #expect(throws: ResourcePolicyError.none) { try await policies.policy(of: arn) }
  }

  @Test func `a principal is meant by its unique id`() async throws {
    let user = "arn:aws:iam::111111111111:user/u"
    _ = try await permit(permission("s", ["AWS": .string(user)], ofID: "AIDA1"))
    #expect(letsIn(user, id: "AIDA1") && !letsIn(user, id: "AIDA2"))
    let policy = try await policies.policy(of: arn)
    #expect(policy.text { _, _ in true }.contains(user))
    #expect(policy.text { _, _ in false }.contains("AIDA1"))
  }

  @Test func `a permission for who was made anew counts beside that for who is gone`() async throws {
    let user = "arn:aws:iam::111111111111:user/u"
    _ = try await permit(permission("old", ["AWS": .string(user)], ofID: "AIDA1"))
    _ = try await permit(permission("new", ["AWS": .string(user)], ofID: "AIDA2"))
    #expect(letsIn(user, id: "AIDA1") && letsIn(user, id: "AIDA2") && !letsIn(user, id: "AIDA3"))
  }

  @Test func `a name comes once, and a revision is the last`() async throws {
    let first = try await permit(permission("s"))
    await #expect(throws: ResourcePolicyError.statementExists("s")) { try await permit(permission("s")) }
    let second = try await permit(permission("t"), first.revisionID)
    #expect(second.revisionID != first.revisionID)
    await #expect(throws: ResourcePolicyError.revisionMismatch) { try await permit(permission("u"), first.revisionID) }
    await #expect(throws: ResourcePolicyError.noStatement("u")) {
      try await fixture.registry.forbid("u", of: name, nil, at: fixture.place, revisionID: nil)
    }
    #expect(try await policies.policy(of: arn).statements.map(\.id) == ["s", "t"])
  }

  @Test func `a policy has its limit in bytes`() async throws {
    let long = permission("l", ["Service": .string(String(repeating: "x", count: 20_200))])
    let size = try await permit(long).size
    #expect(size <= 20_480)
    await #expect(throws: ResourcePolicyError.self) { try await permit(permission("s")) }
    #expect(try await policies.policy(of: arn).statements.count == 1)
  }

  @Test func `what everybody may do counts only while the account allows it`() async throws {
    let everyone = permission("all", "*", isPublic: true)
    await #expect(throws: ResourcePolicyError.isPublic) { try await permit(everyone) }
    try await policies.setPublicAccess(true, at: fixture.place)
    _ = try await permit(everyone)
    _ = try await permit(permission("one", ["AWS": "arn:aws:iam::111111111111:user/u"]))
    let stranger = "arn:aws:iam::111111111111:user/stranger"
    #expect(letsIn(stranger))
    try await policies.setPublicAccess(false, at: fixture.place)
    #expect(!letsIn(stranger) && letsIn("arn:aws:iam::111111111111:user/u"))
    #expect(!policies.isPublicAccessAllowed(at: fixture.place))
  }

  @Test func `what is on disk is what counts after a restart`() async throws {
    let user = "arn:aws:iam::111111111111:user/u"
    try await policies.setPublicAccess(true, at: fixture.place)
    _ = try await permit(permission("s", ["AWS": .string(user)], ofID: "AIDA1"))
    let (_, registry) = fixture.reopened()
    try await registry.policies.load()
    #expect(letsIn(user, id: "AIDA1", registry.policies) && !letsIn(user, id: "AIDA2", registry.policies))
    #expect(registry.policies.isPublicAccessAllowed(at: fixture.place))
  }

  @Test func `a policy goes with its function, and with each of its versions and aliases`() async throws {
    let alias = try #require(AliasName("live"))
    _ = try await fixture.registry.publish(name, at: fixture.place, description: nil, codeDigest: nil, revisionID: nil)
    _ = try await fixture.registry.createAlias(
      alias, of: name, at: fixture.place, to: .version(1), additional: nil, description: "")
    let other = try await fixture.create("f-2")
    for qualifier in [nil, "1", "live"] {
      _ = try await fixture.registry.permit(
        permission("s"), of: name, qualifier, at: fixture.place, revisionID: nil)
    }
    _ = try await fixture.registry.permit(permission("s"), of: other, nil, at: fixture.place, revisionID: nil)
    try await fixture.registry.deleteAlias(alias, of: name, at: fixture.place)
    #expect(policies.document(of: "\(arn):live") == nil && policies.document(of: "\(arn):1") != nil)
    try await fixture.registry.delete(name, .version(1), at: fixture.place)
    #expect(policies.document(of: "\(arn):1") == nil && policies.document(of: arn.description) != nil)
    try await fixture.registry.delete(name, at: fixture.place)
    #expect(policies.document(of: arn.description) == nil)
    #expect(policies.document(of: FunctionVersion.arn(other, at: fixture.place).description) != nil)
  }

  @Test(arguments: ["2", "no-such"]) func `what is not there gets no policy`(qualifier: String) async throws {
    await #expect(throws: FunctionError.self) {
      try await fixture.registry.permit(
        permission("s"), of: name, qualifier, at: fixture.place, revisionID: nil)
    }
  }
}
