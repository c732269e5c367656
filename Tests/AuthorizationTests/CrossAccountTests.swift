import Core
import Policy
import Testing
import Wire

@testable import Authorization
@testable import Identity

/// A caller of one account, and a function or role of another.
struct CrossAccountTests {
  private let log = DecisionLog()

  private static let grants = #"{"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "lambda:*"}"#
  private static let allows = #"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#

  private static func document(_ statement: String) -> String {
    #"{"Version": "2012-10-17", "Statement": [\#(statement)]}"#
  }

  /// What the caller hears; nil for an allowance.
  private func answer(
    _ operation: (some TextOperation).Type = InvokeForeign.self, identity: String = allows, resource: String? = nil,
    _ adjust: (inout FixedPolicies) -> Void = { _ in }
  ) throws -> Fault? {
    let request = try request
    var policies = FixedPolicies(document: Self.document(identity), trust: resource.map(Self.document))
    adjust(&policies)
    let authorizer = Authorizer(policies: policies, time: ManualTimeSource(), log: log, activity: ActivityLedger())
    do throws(Fault) {
      let call = try authorizer.authorize(operation, "x", from: request, in: .restJSON)
      #expect(call.place.account.description == "000000000001")
      return nil
    } catch {
      return error
    }
  }

  private var request: Authenticated<OperationRequest> {
    get throws { try authenticatedRequest(isAdministrator: true) }
  }

  private func records(of account: String) throws -> [DecisionRecord] {
    log.decisions(of: try request.value.requestID, in: try #require(AccountID(account)))
  }

  @Test func `both sides have to allow, and the operation works in the account of the function`() throws {
    #expect(try answer(resource: Self.grants) == nil)
    #expect(try answer() != nil)
    #expect(
      try answer(identity: #"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#, resource: Self.grants) != nil)
  }

  @Test(arguments: [
    (allows, "because no resource-based policy allows the lambda:InvokeFunction action"),
    (
      #"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
      "because no identity-based policy allows the lambda:InvokeFunction action"
    ),
    (
      #"{"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}"#, "with an explicit deny in an identity-based policy"
    ),
  ]) func `a denial tells of the caller's own side only`(identity: String, reason: String) throws {
    let elsewhere = #"{"Effect": "Allow", "Principal": {"AWS": "000000000009"}, "Action": "*"}"#
    let denies = #"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#
    let resources = [nil, elsewhere, denies] + (identity == Self.allows ? [] : [Self.grants])
    for resource in resources {
      let fault = try #require(try answer(identity: identity, resource: resource))
      #expect(fault.message.hasSuffix(reason), "\(resource ?? "nothing")")
    }
  }

  @Test func `callers from elsewhere do not push out what is remembered of an account's own`() throws {
    let log = DecisionLog(capacity: 4)
    let own = try #require(AccountID("000000000001"))
    func record(_ index: UInt8, isOfStranger: Bool) throws -> DecisionRecord {
      let id = RequestID(from: SeededRandomSource(seed: UInt64(index)))
      let question = PolicyQuestion(
        caller: Caller(.root, account: "000000000000"), action: "lambda:InvokeFunction", resource: "arn:x",
        resourceAccount: own.description)
      let record = DecisionRecord(
        requestID: id, account: own, time: WallTime(seconds: 0), question: question,
        decision: PolicyEvaluator.decide(question, by: PolicySet()),
        policies: DecisionRecord.Policies(nil, PolicySet(), (.none, .none)))
      return log.add(record, isInside: false, isOfStranger: isOfStranger)
    }
    let first = try record(0, isOfStranger: false)
    for index in 1...20 { _ = try record(UInt8(index), isOfStranger: true) }
    #expect(log.decisions(of: first.requestID, in: own).count == 1)
    for index in 21...40 { _ = try record(UInt8(index), isOfStranger: false) }
    #expect(log.decisions(of: first.requestID, in: own).isEmpty)
  }

  @Test func `what a foreign resource is tagged with is not told by a denial`() throws {
    let tagged = #"""
      {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}}
      """#
    let plain = try answer(identity: tagged)
    let withTags = try answer(identity: tagged) { $0.tags = ["a": "b"] }
    #expect(plain != nil && plain == withTags)
    #expect(try answer(identity: tagged, resource: Self.grants) { $0.tags = ["a": "b"] } == nil)
    #expect(try records(of: "000000000000").allSatisfy { $0.question.keys["aws:ResourceTag/a"] == nil })
  }

  @Test func `an account that is suspended or not there is like one that lets nobody in`() throws {
    #expect(try answer(resource: Self.grants) { $0.bounds["000000000001"] = nil } != nil)
    #expect(try records(of: "000000000001").isEmpty)
    #expect(try answer() == answer(resource: Self.grants) { $0.bounds["000000000001"] = nil })
  }

  @Test func `each account sees its own side of the decision`() throws {
    #expect(try answer(resource: Self.grants) == nil)
    let own = try #require(try records(of: "000000000000").first)
    #expect(own.policies.identity == ["all"] && !own.policies.hasResourcePolicy)
    #expect(own.decision.statements.map(\.source) == [.identity])
    let theirs = try #require(try records(of: "000000000001").first)
    #expect(theirs.policies.identity.isEmpty && theirs.policies.hasResourcePolicy)
    #expect(theirs.decision.statements.map(\.source) == [.resource])
    #expect(theirs.question.caller.name == "arn:aws:iam::000000000000:root")
    let names = Set(theirs.question.keys.all.map(\.name))
    #expect(names.isDisjoint(with: ["aws:principalarn", "aws:username", "aws:userid", "aws:sourceip"]))
    #expect(names.contains("aws:principalaccount"))
  }

  @Test func `what the caller's own side denies does not reach the other account`() throws {
    for identity in [
      #"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
      #"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#,
    ] {
      #expect(try answer(identity: identity, resource: Self.grants) != nil)
    }
    #expect(try records(of: "000000000001").isEmpty && records(of: "000000000000").count == 2)
  }

  @Test func `a resource control policy binds whoever comes, and nobody outside sees it`() throws {
    let fault = try answer()
    let denial = #"{"Effect": "Deny", "Principal": "*", "Action": "lambda:*", "Resource": "*"}"#
    let bound = AccountGuardrails(serviceControls: .none, resourceControls: try Self.levels(denial))
    #expect(try answer(resource: Self.grants) { $0.bounds["000000000001"] = bound } == fault)
    let records = try records(of: "000000000001")
    #expect(records.last?.policies.resourceControls == [["g"]])
    #expect(records.last?.decision.statements.map(\.source) == [.resourceGuardrail(level: 0)])
    #expect(try self.records(of: "000000000000").allSatisfy { $0.policies.resourceControls.isEmpty })
  }

  @Test func `a service control policy binds the administrator, and is asked for its conditions`() throws {
    let denial = #"""
      {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}
      """#
    let bound = AccountGuardrails(serviceControls: try Self.levels(denial), resourceControls: .none)
    let fault = try answer(resource: Self.grants) { $0.bounds["000000000000"] = bound }
    #expect(fault?.message.hasSuffix("with an explicit deny in a service control policy") == true)
    #expect(try records(of: "000000000000").last?.policies.serviceControls == [["g"]])
  }

  @Test func `what is the management account's is a stranger's to all others`() throws {
    let request = try authenticatedRequest(isAdministrator: true)
    func fault(management: String) throws -> Fault? {
      var policies = FixedPolicies()
      policies.managementAccount = try #require(AccountID(management))
      let authorizer = Authorizer(policies: policies, time: ManualTimeSource(), log: log, activity: ActivityLedger())
      do throws(Fault) {
        _ = try authorizer.authorize(Manage.self, "x", from: request, in: .restJSON)
        return nil
      } catch {
        return error
      }
    }
    #expect(try fault(management: "000000000000") == nil)
    let denied = try #require(try fault(management: "000000000001"))
    #expect(denied.status == 403 && !denied.message.contains("000000000001"))
  }

  private static func levels(_ statement: String) throws -> GuardrailLevels {
    GuardrailLevels([[("g", try PolicyDocument(parsing: document(statement).utf8))]])
  }
}

private protocol TextOperation: Operation where Input == String {}

extension TextOperation {
  static func decode(_ members: inout MemberReader) throws(Fault) -> String { "" }
}

private struct InvokeForeign: TextOperation {
  static let name = "Invoke"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:InvokeFunction", on: "arn:aws:lambda:us-east-1:000000000001:function:f")]
  }
}

private struct Manage: TextOperation {
  static let name = "Manage"
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:Manage", on: .ofManagement("account/*"))]
  }
}
