import Core
import Foundation
import Testing

@testable import Identity

@Suite struct IdentityRegistryTests {
  @Test func `a user may do what policies, groups and attachments allow, from the moment they do`() async throws {
    let bench = try await RegistryBench()
    let user = try await bench.user("ada")
    #expect(!bench.allows(user.principal, "probe:A"))
    try await bench.registry.putPolicy("a", RegistryBench.document("probe:A"), of: .user("ada"), in: bench.account)
    #expect(bench.allows(user.principal, "probe:A"))
    let policy = try await bench.registry.createPolicy(
      "b", path: "/", description: "", RegistryBench.document("probe:B"), in: bench.account
    ).policy
    try await bench.registry.attach(policy.arn, to: .user("ada"), in: bench.account)
    #expect(bench.allows(user.principal, "probe:B"))
    _ = try await bench.registry.createGroup("g", path: "/", in: bench.account)
    try await bench.registry.putPolicy("c", RegistryBench.document("probe:C"), of: .group("g"), in: bench.account)
    #expect(!bench.allows(user.principal, "probe:C"))
    try await bench.registry.add(user: "ada", toGroup: "g", in: bench.account)
    #expect(bench.allows(user.principal, "probe:C"))
    #expect(
      bench.identities.policies(of: user.principal)?.names == [policy.arn, "a", "c"])
    try await bench.registry.remove(user: "ada", fromGroup: "g", in: bench.account)
    #expect(!bench.allows(user.principal, "probe:C"))
    try await bench.registry.detach(policy.arn, from: .user("ada"), in: bench.account)
    #expect(!bench.allows(user.principal, "probe:B"))
  }

  @Test func `a new version of a policy counts when it is in force`() async throws {
    let bench = try await RegistryBench()
    let user = try await bench.user("ada")
    let arn = try await bench.registry.createPolicy(
      "b", path: "/", description: "", RegistryBench.document("probe:A"), in: bench.account
    ).policy.arn
    try await bench.registry.attach(arn, to: .user("ada"), in: bench.account)
    _ = try await bench.registry.createPolicyVersion(
      RegistryBench.document("probe:B"), of: arn, asDefault: false, in: bench.account)
    #expect(bench.allows(user.principal, "probe:A"))
    try await bench.registry.setDefaultPolicyVersion("v2", of: arn, in: bench.account)
    #expect(!bench.allows(user.principal, "probe:A"))
    #expect(bench.allows(user.principal, "probe:B"))
    try await bench.registry.deletePolicyVersion("v1", of: arn, in: bench.account)
    let third = try await bench.registry.createPolicyVersion(
      RegistryBench.document("probe:C"), of: arn, asDefault: true, in: bench.account)
    #expect(third.id == "v3")
  }

  @Test func `a boundary bounds, and one that is made of a policy keeps the policy`() async throws {
    let bench = try await RegistryBench()
    let user = try await bench.user("ada")
    try await bench.registry.putPolicy("a", RegistryBench.document("probe:*"), of: .user("ada"), in: bench.account)
    let arn = try await bench.registry.createPolicy(
      "b", path: "/", description: "", RegistryBench.document("probe:A"), in: bench.account
    ).policy.arn
    try await bench.registry.setBoundary(arn, of: .user("ada"), in: bench.account)
    #expect(bench.allows(user.principal, "probe:A"))
    #expect(!bench.allows(user.principal, "probe:B"))
    await #expect(throws: IdentityFailure.self) { try await bench.registry.deletePolicy(arn, in: bench.account) }
    try await bench.registry.setBoundary(nil, of: .user("ada"), in: bench.account)
    #expect(bench.allows(user.principal, "probe:B"))
  }

  @Test func `a user made anew under the old name has nothing of the old one`() async throws {
    let bench = try await RegistryBench()
    let old = try await bench.user("ada")
    let (_, key, _) = try await bench.registry.createAccessKey(ofUser: "ada", in: bench.account)
    #expect(bench.accessKeys.find(key.id) != nil)
    try await bench.registry.putPolicy("a", RegistryBench.document("probe:A"), of: .user("ada"), in: bench.account)
    await #expect(throws: IdentityFailure.self) { try await bench.registry.deleteUser("ada", in: bench.account) }
    try await bench.registry.deletePolicy("a", of: .user("ada"), in: bench.account)
    try await bench.registry.deleteAccessKey(key.id.description, ofUser: "ada", in: bench.account)
    #expect(bench.accessKeys.find(key.id) == nil)
    try await bench.registry.deleteUser("ada", in: bench.account)
    let new = try await bench.user("ADA")
    #expect(new.uniqueID != old.uniqueID)
    #expect(bench.identities.policies(of: old.principal) == nil)
    #expect(!bench.allows(new.principal, "probe:A"))
  }

  @Test func `the administrator may do everything and stays`() async throws {
    let bench = try await RegistryBench()
    let administrator = try #require(bench.accessKeys.administrator(of: bench.account))
    #expect(bench.allows(administrator.principal, "probe:A"))
    await #expect(throws: IdentityFailure.self) {
      try await bench.registry.deleteUser("administrator", in: bench.account)
    }
  }

  @Test func `an arn without its path is completed`() async throws {
    let bench = try await RegistryBench()
    _ = try await bench.registry.createUser("ada", path: "/a/b/", boundary: nil, in: bench.account)
    #expect(
      bench.identities.wholeARN("arn:aws:iam::123456789012:user/ADA") == "arn:aws:iam::123456789012:user/a/b/ada")
    #expect(bench.identities.wholeARN("arn:aws:iam::123456789012:user/x") == "arn:aws:iam::123456789012:user/x")
    #expect(bench.identities.wholeARN("arn:aws:s3:::user/ada") == "arn:aws:s3:::user/ada")
  }

  @Test func `a text that only looks like the arn of a role names none`() async throws {
    let bench = try await RegistryBench()
    let arn = try await bench.role("KeyAdmin").arn.description
    // The sign for kelvin reads as the letter K.
    let other = arn.replacingOccurrences(of: "K", with: "\u{212A}")
    #expect(other == arn)
    #expect(bench.identities.role(arn) != nil)
    #expect(bench.identities.role(other) == nil)
    #expect(bench.identities.resourcePolicy(of: other) == nil)
    #expect(bench.identities.policies(of: other) == nil)
  }

  @Test func `an account without roles has one for functions from its next start on, and keeps what it has`()
    async throws
  {
    let bench = try await RegistryBench()
    let basic = try #require(bench.identities.role("arn:aws:iam::123456789012:role/lambda-basic"))
    #expect(basic.trustPolicy.contains("lambda.amazonaws.com"))
    _ = try await bench.role("app")
    try await bench.registry.detach(
      PlatformPolicies.basicExecution, from: .role("lambda-basic"), in: bench.account)
    try await bench.registry.deleteRole("lambda-basic", in: bench.account)
    #expect(try await bench.startAgain().role("arn:aws:iam::123456789012:role/lambda-basic") == nil)
    try await bench.registry.deleteRole("app", in: bench.account)
    #expect(try await bench.startAgain().role("arn:aws:iam::123456789012:role/lambda-basic") != nil)
  }
}
