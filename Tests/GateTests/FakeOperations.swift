import Authorization
import Core
import Federation
import Identity
import JSON
import Synchronization
import Wire

/// Streams of requests that an operation has started and not answered.
final class HeldReplies: Sendable {
  private let replies = Mutex<[any ResponseStream]>([])

  /// The same streams, for tests that must wait for one.
  let arrivals: AsyncStream<any ResponseStream>
  private let arrived: AsyncStream<any ResponseStream>.Continuation

  init() { (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func add(_ reply: any ResponseStream) {
    replies.withLock { $0.append(reply) }
    arrived.yield(reply)
  }

  func removeFirst() -> (any ResponseStream)? { replies.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
  var count: Int { replies.withLock { $0.count } }
}

/// Answers at once with the body that came.
struct Echo: CallbackOperation {
  struct Input: Sendable { let body: [UInt8] }

  static let name = "Echo"
  static let route = Route("POST", "/2015-03-31/functions/{FunctionName}/invocations")
  static let bodyLimit = 1000

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(body: members.payload("Payload")) }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:Echo", on: "*")]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {
    reply.send(OperationResponse(head: ResponseHead(status: 200, headers: []), body: call.value.body))
  }
}

/// Leaves the answer to the test.
struct Hold: CallbackOperation {
  struct Input: Sendable {}

  static let name = "Hold"
  static let route = Route("POST", "/hold")
  let held: HeldReplies

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:Hold", on: "*")]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws { held.add(reply) }
}

/// As `Hold`, for HEAD.
struct Look: CallbackOperation {
  struct Input: Sendable {}

  static let name = "Look"
  static let route = Route("HEAD", "/look")
  let held: HeldReplies

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:Look", on: "*")]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws { held.add(reply) }
}

/// Forgets its answer.
struct Forget: CallbackOperation {
  struct Input: Sendable {}

  static let name = "Forget"
  static let route = Route("POST", "/forget")

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:Forget", on: "*")]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {}
}

/// An async operation that names what its path names.
struct Describe: ControlOperation {
  struct Input: Sendable { let name: String }

  static let name = "Describe"
  static let route = Route("GET", "/things/{Name}")

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(name: members.path("Name")) }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:Describe", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    OperationOutput(["Name": .string(call.value.name)])
  }
}

/// An operation of a service that speaks awsJson.
struct PutEvents: CallbackOperation {
  struct Input: Sendable {}

  static let name = "PutEvents"

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("logs:PutEvents", on: "*")]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {
    reply.send(OperationResponse(head: ResponseHead(status: 200, headers: []), body: Array("{}".utf8)))
  }
}

/// What a token is enough for.
struct TakeToken: WebIdentityOperation {
  struct Input: Sendable { let token: String }

  static let name = "TakeToken"
  static let bodyLimit = 1000

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(token: try members.string("Token") ?? "")
  }
  static func claim(_ input: Input) -> RoleClaim { RoleClaim(token: input.token, role: "", sessionName: "") }

  func run(_ input: Input, as role: AssumableRole) async throws -> OperationOutput { OperationOutput() }
}

/// Trusts nobody.
struct NoIssuers: TrustedIssuers, IssuerKeys {
  func issuer(_ url: String, of account: AccountID) -> TrustedIssuer? { nil }
  func verify(_ signed: SignedText, of source: KeySource, for account: AccountID) async throws(WebIdentityFailure) {
    throw .unknownKey
  }
}

enum FakeServices {
  static let lambda = ServiceDescription(name: "lambda", signingName: "lambda", wireProtocol: .restJSON) { _ in nil }
  static let logs = ServiceDescription(
    name: "logs", signingName: "logs", wireProtocol: .json(version: .v1_1, targetPrefix: "Logs_20140328")
  ) { _ in nil }

  static func endpoints(_ held: HeldReplies, _ account: AccountID) -> [Endpoint] {
    [
      callback(Echo(), lambda), callback(Hold(held: held), lambda), callback(Look(held: held), lambda),
      callback(Forget(), lambda), control(Describe(), lambda), callback(PutEvents(), logs),
      unsigned(TakeToken(), sts, account),
    ]
  }

  static let sts = ServiceDescription(
    name: "sts", signingName: "sts", wireProtocol: .query(apiVersion: "2011-06-15", xmlNamespace: "")
  ) { _ in nil }

  static func unsigned(
    _ operation: some WebIdentityOperation, _ service: ServiceDescription, _ account: AccountID
  ) -> Endpoint {
    let time = ManualTimeSource()
    let roles = WebIdentityRoles(
      verifier: WebIdentityVerifier(issuers: NoIssuers(), keys: NoIssuers(), time: time),
      identities: IdentityDirectory(), organization: OrganizationDirectory(management: account),
      time: time, log: DecisionLog())
    return Endpoint(operation, of: service, roles: roles) { _, _ in }
  }

  static func callback(_ operation: some CallbackOperation, _ service: ServiceDescription) -> Endpoint {
    Endpoint(
      operation, of: service,
      authorizer: Authorizer(
        policies: OpenPolicies(), time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    ) {
      _, _ in
    }
  }

  static func control(_ operation: some ControlOperation, _ service: ServiceDescription) -> Endpoint {
    Endpoint(
      operation, of: service,
      authorizer: Authorizer(
        policies: OpenPolicies(), time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    ) {
      _, _ in
    }
  }
}
