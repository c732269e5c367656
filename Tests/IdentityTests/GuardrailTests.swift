import Core
import Policy
import Testing

@testable import Identity

struct GuardrailTests {
  private let bench: RegistryBench
  private let member: AccountID

  init() async throws {
    bench = try await RegistryBench()
    member = try await bench.accounts.createAccount("dev", id: nil).account.id
  }

  private func put(
    _ statement: String, name: String = "g", kind: Guardrail.Kind = .serviceControl, at target: Guardrail.Target
  ) async throws {
    let document = #"{"Version": "2012-10-17", "Statement": [\#(statement)]}"#
    try await bench.accounts.put(Guardrail(kind: kind, target: target, name: name, document: document))
  }

  private func isAllowed(_ action: String, in account: AccountID, _ organization: OrganizationDirectory? = nil) -> Bool
  {
    let organization = organization ?? bench.organization
    guard let bounds = organization.guardrails(of: account.description),
      let everything = try? PolicyDocument(parsing: RegistryBench.document("*").utf8)
    else { return false }
    let user = "arn:aws:iam::\(account):user/u"
    let question = PolicyQuestion(
      caller: Caller(.user(arn: user, uniqueID: nil), account: account.description), action: action,
      resource: "arn:aws:probe:::x", resourceAccount: account.description)
    let set = PolicySet(
      identity: [everything], accountGuardrails: bounds.serviceControls.documents,
      resourceGuardrails: bounds.resourceControls.documents)
    return PolicyEvaluator.decide(question, by: set).isAllowed
  }

  private let denies = #"{"Effect": "Deny", "Action": "probe:Write", "Resource": "*"}"#
  private let allows = #"{"Effect": "Allow", "Action": "probe:*", "Resource": "*"}"#
  private let denial = #"{"Effect": "Deny", "Principal": "*", "Action": "probe:Write", "Resource": "*"}"#

  @Test(arguments: [Guardrail.Kind.serviceControl, .resourceControl])
  func `what is denied to all accounts binds all but the management account`(kind: Guardrail.Kind) async throws {
    #expect(isAllowed("probe:Write", in: member))
    try await put(kind == .serviceControl ? denies : denial, kind: kind, at: .organization)
    #expect(!isAllowed("probe:Write", in: member) && isAllowed("probe:Read", in: member))
    #expect(isAllowed("probe:Write", in: bench.account))
    let later = try await bench.accounts.createAccount("later", id: nil).account.id
    #expect(!isAllowed("probe:Write", in: later))
    let again = try await bench.startAnew().organization
    #expect(!isAllowed("probe:Write", in: member, again) && isAllowed("probe:Read", in: member, again))
    try await bench.accounts.deleteGuardrail(kind, at: .organization, name: "g")
    #expect(isAllowed("probe:Write", in: member))
  }

  @Test func `what is denied to one account binds that one`() async throws {
    let other = try await bench.accounts.createAccount("other", id: nil).account.id
    try await put(denies, at: .account(member))
    #expect(!isAllowed("probe:Write", in: member) && isAllowed("probe:Write", in: other))
  }

  @Test func `a level allows everything until one of its guardrails allows something`() async throws {
    try await put(denies, name: "deny", at: .organization)
    #expect(
      bench.organization.guardrails(of: member.description)?.serviceControls.names == [
        ["deny", "FullAWSAccess"], ["FullAWSAccess"],
      ])
    try await put(allows, name: "allow", at: .account(member))
    #expect(
      bench.organization.guardrails(of: member.description)?.serviceControls.names == [
        ["deny", "FullAWSAccess"], ["allow"],
      ])
    #expect(isAllowed("probe:Read", in: member) && !isAllowed("probe:Write", in: member))
    #expect(!isAllowed("other:Read", in: member), "no level but each has to allow")
  }

  @Test func `conditions of guardrails are known of`() async throws {
    #expect(bench.organization.guardrails(of: member.description)?.serviceControls.usesKeys == false)
    let condition = #""Condition": {"StringEquals": {"aws:RequestedRegion": "x"}}"#
    try await put(#"{"Effect": "Deny", "Action": "*", "Resource": "*", \#(condition)}"#, at: .organization)
    #expect(bench.organization.guardrails(of: member.description)?.serviceControls.usesKeys == true)
  }

  @Test(arguments: [
    (Guardrail.Kind.serviceControl, #"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#),
    (.serviceControl, #"{"Effect": "Deny", "Action": "*"}"#),
    (.serviceControl, #"{"Effect": "Deny", "Action": "write", "Resource": "*"}"#),
    (.resourceControl, #"{"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*"}"#),
    (.resourceControl, #"{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}"#),
    (
      .resourceControl, #"{"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "sts:*", "Resource": "*"}"#
    ),
    (.resourceControl, #"{"Effect": "Deny", "NotPrincipal": "*", "Action": "sts:*", "Resource": "*"}"#),
    (.resourceControl, #"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#),
    (.resourceControl, #"{"Effect": "Deny", "Principal": "*", "NotAction": "sts:*", "Resource": "*"}"#),
  ]) func `what is no guardrail of its kind is refused`(kind: Guardrail.Kind, statement: String) async throws {
    let failure = await #expect(throws: OrganizationFailure.self) {
      try await put(statement, kind: kind, at: .organization)
    }
    guard case .malformedGuardrail? = failure else {
      Issue.record("refused for another reason: \(String(describing: failure))")
      return
    }
    #expect(try await bench.accounts.allGuardrails().isEmpty)
  }

  @Test func `nothing binds the management account or one that is not there, and there is a limit`() async throws {
    for target in [bench.account, try #require(AccountID("000000000009"))] {
      await #expect(throws: OrganizationFailure.self) { try await put(denies, at: .account(target)) }
    }
    for number in 1...5 { try await put(denies, name: "g\(number)", at: .organization) }
    await #expect(throws: OrganizationFailure.limitExceeded("a target has at most 5 guardrails of one kind")) {
      try await put(denies, name: "g6", at: .organization)
    }
    try await put(denies, name: "g5", at: .organization)
    let long = #"{"Sid": "\#(String(repeating: "a", count: 5200))", "Effect": "Deny", "Action": "*", "Resource": "*"}"#
    await #expect(throws: OrganizationFailure.limitExceeded("a guardrail has at most 5120 bytes")) {
      try await put(long, name: "g5", at: .organization)
    }
  }
}
