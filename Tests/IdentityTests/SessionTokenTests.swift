import Core
import Testing

@testable import Identity

@Suite struct SessionTokenTests {
  private func request(_ policy: String? = nil, arns: [String] = []) -> SessionRequest {
    SessionRequest(
      name: "run", duration: 900, policy: policy, policyARNs: arns, tags: ["team": "red"], transitiveTags: ["team"],
      sourceIdentity: "ada")
  }

  @Test func `a token opens to what was asked for, for its own access key only`() async throws {
    let bench = try await RegistryBench()
    let role = try await bench.role("app")
    let issued = try bench.sessions.issue(request(), of: role)
    let token = try #require(issued.credentials.sessionToken)
    let opened = try #require(bench.sessions.open(token, for: issued.credentials.accessKeyID))
    #expect(opened.principal == issued.principal)
    #expect(opened.principal.arn.description == "arn:aws:sts::123456789012:assumed-role/app/run")
    #expect(opened.principal.uniqueID == role.uniqueID + ":run")
    #expect(opened.credentials.secretAccessKey == issued.credentials.secretAccessKey)
    #expect(opened.key.session?.expiresAt == issued.expiresAt)
    let other = try bench.sessions.issue(request(), of: role)
    #expect(bench.sessions.open(token, for: other.credentials.accessKeyID) == nil)
  }

  @Test func `what was changed in any place does not open`() async throws {
    let bench = try await RegistryBench()
    let issued = try bench.sessions.issue(request(), of: try await bench.role("app"))
    let token = Array(try #require(issued.credentials.sessionToken).utf8)
    for index in stride(from: 0, to: token.count, by: 7) {
      var changed = token
      changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      let text = String(decoding: changed, as: UTF8.self)
      #expect(bench.sessions.open(text, for: issued.credentials.accessKeyID) == nil)
    }
    #expect(bench.sessions.open("", for: issued.credentials.accessKeyID) == nil)
    #expect(bench.sessions.open(String(repeating: "A", count: 20_000), for: issued.credentials.accessKeyID) == nil)
  }

  @Test func `a session has what its role has, as long as the role is there`() async throws {
    let bench = try await RegistryBench()
    let issued = try bench.sessions.issue(request(), of: try await bench.role("app"))
    let token = try #require(issued.credentials.sessionToken)
    #expect(!bench.allows(issued.principal, "probe:A"))
    try await bench.registry.putPolicy("a", RegistryBench.document("probe:*"), of: .role("app"), in: bench.account)
    #expect(bench.allows(issued.principal, "probe:A"))
    try await bench.registry.deletePolicy("a", of: .role("app"), in: bench.account)
    try await bench.registry.deleteRole("app", in: bench.account)
    #expect(bench.sessions.open(token, for: issued.credentials.accessKeyID) == nil)
    _ = try await bench.role("app")
    #expect(bench.sessions.open(token, for: issued.credentials.accessKeyID) == nil)
  }

  @Test func `a session is narrowed by its policies, of which the managed ones are those in force`() async throws {
    let bench = try await RegistryBench()
    let role = try await bench.role("app")
    try await bench.registry.putPolicy("a", RegistryBench.document("probe:*"), of: .role("app"), in: bench.account)
    let inline = try bench.sessions.issue(request(RegistryBench.document("probe:A")), of: role)
    #expect(bench.allows(inline.principal, "probe:A"))
    #expect(!bench.allows(inline.principal, "probe:B"))
    let arn = try await bench.registry.createPolicy(
      "b", path: "/", description: "", RegistryBench.document("probe:B"), in: bench.account
    ).policy.arn
    let managed = try bench.sessions.issue(request(arns: [arn]), of: role)
    #expect(bench.allows(managed.principal, "probe:B"))
    #expect(!bench.allows(managed.principal, "probe:A"))
    try await bench.registry.deletePolicy(arn, in: bench.account)
    #expect(!bench.allows(managed.principal, "probe:B"))
  }

  @Test func `a session of an execution environment ends with it, and others of the role go on`() async throws {
    let bench = try await RegistryBench()
    let role = try await bench.role("app")
    let function = try #require(ARN("arn:aws:lambda:us-east-1:123456789012:function:f"))
    let ours = SessionRequest(name: "f", duration: 900, sourceFunction: function)
    let (first, second) = (try bench.sessions.issue(ours, of: role), try bench.sessions.issue(ours, of: role))
    let (token, other) = (first.credentials.sessionToken ?? "", second.credentials.sessionToken ?? "")
    let opened = try #require(bench.sessions.open(token, for: first.credentials.accessKeyID))
    guard case .roleSession(let session) = opened.principal.kind else {
      Issue.record("it is no session of a role")
      return
    }
    #expect(session.sourceFunction == function)
    bench.sessions.end(first.credentials.accessKeyID)
    #expect(bench.sessions.open(token, for: first.credentials.accessKeyID) == nil)
    #expect(bench.sessions.open(other, for: second.credentials.accessKeyID) != nil)
  }

  @Test func `a session says who vouched for whom it is for`() async throws {
    let bench = try await RegistryBench()
    let provider = "arn:aws:iam::123456789012:oidc-provider/issuer.example.com"
    let asked = SessionRequest(name: "run", duration: 900, federatedProvider: provider)
    let issued = try bench.sessions.issue(asked, of: try await bench.role("app"))
    let token = try #require(issued.credentials.sessionToken)
    let opened = try #require(bench.sessionsAfterRestart.open(token, for: issued.credentials.accessKeyID))
    guard case .roleSession(let session) = opened.principal.kind else {
      Issue.record("it is no session of a role")
      return
    }
    #expect(session.federatedProvider == provider)
  }

  @Test func `no session of an execution environment outlives the server`() async throws {
    let bench = try await RegistryBench()
    let function = try #require(ARN("arn:aws:lambda:us-east-1:123456789012:function:f"))
    let role = try await bench.role("app")
    let issued = try bench.sessions.issue(
      SessionRequest(name: "f", duration: 900, sourceFunction: function), of: role)
    let ordinary = try bench.sessions.issue(request(), of: role)
    let next = bench.sessionsAfterRestart
    #expect(next.open(issued.credentials.sessionToken ?? "", for: issued.credentials.accessKeyID) == nil)
    #expect(next.open(ordinary.credentials.sessionToken ?? "", for: ordinary.credentials.accessKeyID) != nil)
  }
}
