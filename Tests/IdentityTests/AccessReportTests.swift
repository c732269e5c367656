import Core
import Testing

@testable import Identity

@Suite struct AccessReportTests {
  private let bench: RegistryBench
  private let ada: User
  private let role: Role

  init() async throws {
    bench = try await RegistryBench()
    ada = try await bench.user("ada")
    role = try await bench.role("worker")
  }

  private func put(_ document: String, _ owner: PolicyOwner = .user("ada")) async throws {
    try await bench.registry.putPolicy("own", document, of: owner, in: bench.account)
  }

  private func report(of arn: ARN, withActions: Bool = true) async throws -> AccessReport {
    let id = try await bench.registry.makeAccessReport(
      of: arn.description, withActions: withActions, for: ada.principal, in: bench.account)
    return try await bench.registry.accessReport(id, for: ada.principal, in: bench.account).report
  }

  private func note(_ action: String, by user: User) throws {
    bench.registry.activity.note(
      action, on: "arn:x", by: user.principal, isAllowed: false, in: try #require(Region("eu-west-1")),
      at: bench.clock.wallTime())
  }

  @Test(arguments: [
    (#""Action": "lambda:*""#, ["lambda"]),
    (#""Action": ["LAMBDA:GetFunction", "s3:GetObject"]"#, ["lambda", "s3"]),
    (#""Action": ["s3:*", "ec2:Run*"]"#, ["ec2", "s3"]),
    (#""NotAction": ["iam:*", "redoubt:*", "sts:*"]"#, ["lambda", "logs"]),
    (#""Action": "*""#, ["iam", "lambda", "logs", "redoubt", "sts"]),
  ])
  func `the services are those that statements allow`(block: String, services: [String]) async throws {
    try await put(
      #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", \#(block), "Resource": "arn:aws:s3:::b"}}"#)
    #expect(try await report(of: ada.arn).services.map(\.namespace) == services)
  }

  @Test func `what is always denied is not allowed, what is denied sometimes is`() async throws {
    try await put(
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:Get*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "sts:GetSessionToken", "Resource": "*"},
        {"Effect": "Deny", "Action": "sts:GetCallerIdentity", "Resource": "*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Deny", "Action": "sts:GetFederationToken", "Resource": "arn:aws:sts::1:x"}
      ]}
      """)
    let names = try await report(of: ada.arn).services.first?.actions?.map(\.name)
    #expect(names?.contains("GetSessionToken") == false)
    #expect(names?.contains("GetCallerIdentity") == true)
    #expect(names?.contains("GetFederationToken") == true)
    #expect(names?.contains("AssumeRole") == true)
    #expect(names?.contains("TagSession") == false)
  }

  @Test func `a wildcard of a service whose actions are not known is no action`() async throws {
    try await put(
      #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:*", "s3:GetObject"], "Resource": "*"}}"#
    )
    #expect(try await report(of: ada.arn).services.first?.actions?.map(\.name) == ["GetObject"])
    #expect(
      try await bench.registry.activity(of: ada.arn.description, in: bench.account).granted == ["s3:*", "s3:GetObject"])
  }

  @Test func `a report of services tells no actions`() async throws {
    try await put(RegistryBench.document("lambda:*"))
    let report = try await report(of: ada.arn, withActions: false)
    #expect(!report.hasActions)
    #expect(report.services.map(\.actions) == [nil])
  }

  @Test func `a group's members and a policy's bearers are told, the latest first`() async throws {
    let registry = bench.registry
    let bob = try await bench.user("bob")
    let group = try await registry.createGroup("team", path: "/", in: bench.account)
    for name in ["ada", "bob"] { try await registry.add(user: name, toGroup: "team", in: bench.account) }
    let policy = try await registry.createPolicy(
      "p", path: "/", description: "", RegistryBench.document("lambda:*"), in: bench.account)
    let arn = try #require(ARN(policy.policy.arn))
    try await registry.attach(arn.description, to: .group("team"), in: bench.account)
    try await registry.attach(arn.description, to: .role("worker"), in: bench.account)
    try note("lambda:GetFunction", by: ada)
    bench.clock.advance(by: .seconds(10))
    try note("lambda:ListFunctions", by: bob)
    try note("iam:ListUsers", by: ada)

    let ofGroup = try await report(of: group.arn)
    #expect(ofGroup.entities(ofService: "lambda").map(\.entity.name) == ["bob", "ada"])
    #expect(ofGroup.entities(ofService: "iam").isEmpty, "what is not allowed is no part of the report")
    let ofPolicy = try await report(of: arn)
    let bearers = ofPolicy.entities(ofService: "lambda")
    #expect(bearers.map(\.entity.name) == ["bob", "ada", "worker"])
    #expect(bearers.last?.use == nil)
    let actions = try #require(ofPolicy.services.first?.actions)
    let get = try #require(actions.first { $0.name == "GetFunction" }?.last)
    #expect(ofPolicy.entities[get.entity].name == "ada")
    #expect(get.region == "eu-west-1")
    #expect(actions.first { $0.name == "DeleteFunction" }?.last == nil)
  }

  @Test func `a report is for whom it was made, for a week`() async throws {
    try await put(RegistryBench.document("lambda:*"))
    let registry = bench.registry
    let bob = try await bench.user("bob")
    let id = try await registry.makeAccessReport(
      of: ada.arn.description, withActions: false, for: ada.principal, in: bench.account)
    await #expect(throws: IdentityFailure.self) {
      try await registry.accessReport(id, for: bob.principal, in: bench.account)
    }
    let other = try #require(AccountID("999999999999"))
    await #expect(throws: IdentityFailure.self) {
      try await registry.accessReport(id, for: ada.principal, in: other)
    }
    bench.clock.advance(by: .seconds(7 * 86_400))
    _ = try await registry.accessReport(id, for: ada.principal, in: bench.account)
    bench.clock.advance(by: .seconds(1))
    await #expect(throws: IdentityFailure.self) {
      try await registry.accessReport(id, for: ada.principal, in: bench.account)
    }
  }

  @Test func `the latest ten reports of one who asks are kept, whoever else asks`() async throws {
    try await put(RegistryBench.document("lambda:*"))
    let bob = try await bench.user("bob")
    func make(for user: User) async throws -> String {
      try await bench.registry.makeAccessReport(
        of: ada.arn.description, withActions: false, for: user.principal, in: bench.account)
    }
    let ofBob = try await make(for: bob)
    var ids: [String] = []
    for _ in 0...10 {
      bench.clock.advance(by: .seconds(1))
      ids.append(try await make(for: ada))
    }
    _ = try await bench.registry.accessReport(ids[1], for: ada.principal, in: bench.account)
    _ = try await bench.registry.accessReport(ofBob, for: bob.principal, in: bench.account)
    await #expect(throws: IdentityFailure.self) {
      try await bench.registry.accessReport(ids[0], for: ada.principal, in: bench.account)
    }
    bench.clock.advance(by: .seconds(-3600))
    let early = try await make(for: ada)
    _ = try await bench.registry.accessReport(early, for: ada.principal, in: bench.account)
  }

  @Test(arguments: [
    "arn:aws:s3:::bucket", "arn:aws:iam::123456789012:mfa/ada", "nonsense", "arn:aws:iam::1:",
    "arn:aws:iam::123456789012:role/wor\u{212A}er",
  ])
  func `what is no identity has no report`(arn: String) async throws {
    let failure = await #expect(throws: IdentityFailure.self) {
      try await bench.registry.makeAccessReport(
        of: arn, withActions: false, for: ada.principal, in: bench.account)
    }
    #expect(failure == .invalidInput("The ARN \(arn) is not of a user, a group, a role or a policy."))
  }

  @Test func `the activity of a role has what it may do beside what it did`() async throws {
    try await put(RegistryBench.document("lambda:GetFunction"), .role("worker"))
    let activity = try await bench.registry.activity(of: role.arn.description, in: bench.account)
    #expect(activity.granted == ["lambda:GetFunction"])
    #expect(activity.actions.isEmpty)
    let group = try await bench.registry.createGroup("team", path: "/", in: bench.account)
    await #expect(throws: IdentityFailure.self) {
      try await bench.registry.activity(of: group.arn.description, in: bench.account)
    }
  }
}
