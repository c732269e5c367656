import Core
import Policy
import Testing
import Wire

@testable import Authorization
@testable import Identity

struct AuthorizerTests {
  private let authorizer = Authorizer(
    policies: FixedPolicies(), time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())

  @Test func `the administrator may do everything in the account`() throws {
    let call = try authorizer.authorize(
      Probe.self, "x", from: try authenticatedRequest(isAdministrator: true),
      in: .restJSON)
    #expect(call.value == "x")
    #expect(call.principal.isAdministrator)
  }

  @Test func `nobody else may do anything, and hears so in the words of aws`() throws {
    let request = try authenticatedRequest(isAdministrator: false)
    let fault = #expect(throws: Fault.self) {
      try authorizer.authorize(Probe.self, "x", from: request, in: .restJSON)
    }
    #expect(fault?.code == "AccessDeniedException")
    #expect(fault?.status == 403)
    #expect(
      fault?.message == "User: arn:aws:iam::000000000000:user/name is not authorized to perform: probe:Read "
        + "on resource: arn:x because no identity-based policy allows the probe:Read action")
  }

  @Test func `an administrator is a stranger in another account`() throws {
    let request = try authenticatedRequest(isAdministrator: true, addressed: "000000000001")
    #expect(throws: Fault.self) {
      try authorizer.authorize(Probe.self, "x", from: request, in: .restJSON)
    }
  }

  @Test func `an operation that names no action is refused to all`() throws {
    let request = try authenticatedRequest(isAdministrator: true)
    #expect(throws: Fault.self) {
      try authorizer.authorize(Unnamed.self, "x", from: request, in: .restJSON)
    }
  }

  @Test func `every pair must be allowed`() throws {
    let picky = authorizer(#""Effect": "Allow", "Action": "probe:Read", "Resource": "*""#)
    let request = try authenticatedRequest(isAdministrator: true)
    _ = try picky.authorize(Probe.self, "x", from: request, in: .restXML)
    let fault = #expect(throws: Fault.self) {
      try picky.authorize(ReadAndWrite.self, "x", from: request, in: .restXML)
    }
    #expect(fault?.code == "AccessDenied")
    #expect(fault?.message.contains("probe:Write") == true)
  }

  @Test func `a denial says what kind of policy it is in`() throws {
    let picky = authorizer(#""Effect": "Deny", "Action": "*", "Resource": "*""#)
    let fault = #expect(throws: Fault.self) {
      try picky.authorize(
        Probe.self, "x", from: try authenticatedRequest(isAdministrator: true), in: .restXML)
    }
    #expect(fault?.message.hasSuffix("on resource: arn:x with an explicit deny in an identity-based policy") == true)
  }

  @Test func `each decision is remembered by the id of its request, of that account only`() throws {
    let log = DecisionLog()
    let authorizer = Authorizer(
      policies: FixedPolicies(), time: ManualTimeSource(), log: log, activity: ActivityLedger())
    let request = try authenticatedRequest(isAdministrator: true)
    _ = try authorizer.authorize(ReadAndWrite.self, "x", from: request, in: .restXML)
    let stranger = try authenticatedRequest(isAdministrator: false)
    #expect(throws: Fault.self) {
      try authorizer.authorize(Probe.self, "x", from: stranger, in: .restXML)
    }
    let found = log.decisions(of: request.value.requestID, in: request.account)
    #expect(found.map(\.question.action) == ["probe:Read", "probe:Write", "probe:Read"])
    #expect(found.map(\.decision.isAllowed) == [true, true, false])
    #expect(found.first?.policies.identity == ["all"])
    let other = try #require(AccountID("000000000001"))
    #expect(log.decisions(of: request.value.requestID, in: other).isEmpty)
  }

  @Test func `what is allowed does not push out what is denied`() throws {
    let log = DecisionLog(capacity: 2)
    let authorizer = Authorizer(
      policies: FixedPolicies(), time: ManualTimeSource(), log: log, activity: ActivityLedger())
    let stranger = try authenticatedRequest(isAdministrator: false)
    #expect(throws: Fault.self) {
      try authorizer.authorize(Probe.self, "x", from: stranger, in: .restXML)
    }
    for _ in 0..<5 {
      _ = try authorizer.authorize(
        Probe.self, "x", from: try authenticatedRequest(isAdministrator: true), in: .restXML)
    }
    let found = log.decisions(of: stranger.value.requestID, in: stranger.account)
    #expect(found.count { !$0.decision.isAllowed } == 1)
    #expect(found.count { $0.decision.isAllowed } == 2)
  }

  @Test(arguments: 1...6)
  func `one account does not push out what is remembered of another`(times: Int) throws {
    let log = DecisionLog(capacity: 4)
    let authorizer = Authorizer(
      policies: FixedPolicies(), time: ManualTimeSource(), log: log, activity: ActivityLedger())
    func ask(_ account: String, times: Int) throws -> Authenticated<OperationRequest> {
      let request = try authenticatedRequest(isAdministrator: true, of: account, addressed: account)
      for _ in 0..<times { _ = try authorizer.authorize(Probe.self, "x", from: request, in: .restXML) }
      return request
    }
    func kept(_ request: Authenticated<OperationRequest>) -> Int {
      log.decisions(of: request.value.requestID, in: request.account).count
    }
    let quiet = try ask("000000000000", times: times)
    #expect(kept(quiet) == min(times, 4))
    let loud = try ask("000000000001", times: 9)
    #expect(kept(quiet) == min(times, 2) && kept(loud) == 2)
    _ = try ask("000000000000", times: 3)
    #expect(kept(quiet) == 2 && kept(loud) == 2)
  }

  @Test func `a trust policy gives nothing but the assuming`() throws {
    let policies = FixedPolicies(
      trust: #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "NotAction": "sts:X"}}"#)
    let authorizer = Authorizer(
      policies: policies, time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    let stranger = try authenticatedRequest(isAdministrator: false)
    #expect(throws: Fault.self) { try authorizer.authorize(Probe.self, "x", from: stranger, in: .restXML) }
    _ = try authorizer.authorize(Assume.self, "x", from: stranger, in: .restXML)
  }

  @Test func `what has too long a name is neither judged nor remembered`() throws {
    let log = DecisionLog()
    let authorizer = Authorizer(
      policies: FixedPolicies(), time: ManualTimeSource(), log: log, activity: ActivityLedger())
    let request = try authenticatedRequest(isAdministrator: true)
    let fault = #expect(throws: Fault.self) {
      try authorizer.authorize(Named.self, String(repeating: "x", count: 20_000), from: request, in: .restXML)
    }
    #expect(fault?.code == "ValidationError")
    #expect(log.decisions(of: request.value.requestID, in: request.account).isEmpty)
    _ = try authorizer.authorize(Named.self, String(repeating: "x", count: 10_000), from: request, in: .restXML)
    let found = log.decisions(of: request.value.requestID, in: request.account)
    #expect(found.map(\.question.resource.utf8.count) == [2048])
  }

  @Test func `a principal that is not there any more may do nothing`() throws {
    let authorizer = Authorizer(
      policies: NoPolicies(), time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    #expect(throws: Fault.self) {
      try authorizer.authorize(
        Probe.self, "x", from: try authenticatedRequest(isAdministrator: true), in: .restXML)
    }
  }

  @Test func `a resource of iam is judged with its path`() throws {
    let policies = FixedPolicies(
      document:
        #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:user/a/*"}}"#,
      whole: ["arn:x": "arn:aws:iam::000000000000:user/a/name"])
    let authorizer = Authorizer(
      policies: policies, time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    _ = try authorizer.authorize(
      GetUser.self, "x", from: try authenticatedRequest(isAdministrator: true), in: .restXML)
  }

  @Test(arguments: [
    ("aws:username", "name"), ("aws:PrincipalArn", "arn:aws:iam::000000000000:user/name"),
    ("aws:PrincipalAccount", "000000000000"), ("aws:userid", "AIDA0000000000000000"), ("aws:PrincipalType", "User"),
    ("aws:SourceIp", "192.0.2.7"), ("aws:SecureTransport", "false"), ("aws:RequestedRegion", "us-east-1"),
    ("aws:CurrentTime", "2026-01-31T00:00:00.000Z"), ("aws:EpochTime", "1769817600"), ("aws:UserAgent", "probe/1"),
  ]) func `a request has its condition keys`(key: String, value: String) throws {
    let conditional = authorizer(
      #""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"\#(key)": "\#(value)"}}"#)
    _ = try conditional.authorize(
      Probe.self, "x", from: try authenticatedRequest(isAdministrator: true), in: .restXML)
  }

  @Test(arguments: [
    (#"{"Bool": {"aws:SecureTransport": "true"}}"#, true), (#"{"Null": {"aws:SourceIp": "true"}}"#, true),
    (#"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#, false),
  ]) func `what comes from inside an environment comes safely, and from no address`(
    condition: String, isAllowed: Bool
  ) throws {
    let function = try #require(ARN("arn:aws:lambda:us-east-1:000000000000:function:f"))
    let conditional = authorizer(#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": \#(condition)"#)
    let request = try authenticatedRequest(isAdministrator: true, source: .environment(of: function))
    let answer = Result { try conditional.authorize(Probe.self, "x", from: request, in: .restXML) }
    #expect(((try? answer.get()) != nil) == isAllowed)
  }

  /// The administrator has one statement.
  private func authorizer(_ statement: String) -> Authorizer {
    let document = #"{"Version": "2012-10-17", "Statement": {\#(statement)}}"#
    return Authorizer(
      policies: FixedPolicies(document: document), time: ManualTimeSource(start: WallTime(seconds: 1_769_817_600)),
      log: DecisionLog(), activity: ActivityLedger())
  }
}

private struct NoPolicies: PolicySource {
  var managementAccount: AccountID { .test }
  func guardrails(of account: String) -> AccountGuardrails? { AccountGuardrails.none }
  func policies(of principal: Principal) -> PrincipalPolicies? { nil }
  func wholeARN(_ arn: String) -> String { arn }
  func resourcePolicy(of arn: String) -> PolicyDocument? { nil }
  func facts(of arn: String) -> IdentityFacts { IdentityFacts() }
  func owner(ofAccessKey id: String, in account: String) -> String? { nil }
}

private protocol TextOperation: Operation where Input == String {}

extension TextOperation {
  static func decode(_ members: inout MemberReader) throws(Fault) -> String { "" }
}

private struct Probe: TextOperation {
  static let name = "Probe"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("probe:Read", on: "arn:x")]
  }
}

private struct GetUser: TextOperation {
  static let name = "GetUser"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetUser", on: "arn:x")]
  }
}

private struct Assume: TextOperation {
  static let name = "Assume"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("sts:AssumeRole", on: "arn:aws:iam::000000000000:role/x")]
  }
}

private struct Named: TextOperation {
  static let name = "Named"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("probe:Read", on: input)]
  }
}

private struct ReadAndWrite: TextOperation {
  static let name = "ReadAndWrite"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("probe:Read", on: "arn:x"), AccessRequest("probe:Write", on: "arn:x")]
  }
}

private struct Unnamed: TextOperation {
  static let name = "Unnamed"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] { [] }
}
