import Core
import Cryptography
import Identity
import Testing
import Wire

@testable import struct Identity.Principal

/// A verifier with one long-term key, one session key and one inactive key, and a clock that the test moves.
struct VerifierBench {
  let clock: ManualTimeSource
  let directory: AccessKeyDirectory
  let verifier: SignatureVerifier
  let region: Region
  let now: WallTime
  let credentials: AccessKeyCredentials
  let sessionCredentials: AccessKeyCredentials
  let inactiveCredentials: AccessKeyCredentials
  let principal: Principal

  init() throws {
    let fixture = try SignedRequestFixture.load()
    now = WallTime(seconds: fixture.time)
    clock = ManualTimeSource(start: now)
    region = try #require(Region("us-east-1"))
    let account = try #require(AccountID("123456789012"))
    principal = Principal(
      account: account, arn: ARN(service: "iam", region: "", account: account.description, resource: "user/ada"),
      kind: .user("ada"), uniqueID: "AIDAIOSFODNN7EXAMPLE", isAdministrator: false)
    credentials = try Self.credentials(fixture.key, token: nil)
    sessionCredentials = try Self.credentials(fixture.sessionKey, token: fixture.token)
    inactiveCredentials = try Self.credentials(["AKIAINACTIVE00000000", "secret"], token: nil)
    let session = AccessKey.Session(token: fixture.token, expiresAt: now.advanced(by: .seconds(3600)))
    let identities = [(credentials, true, nil), (sessionCredentials, true, session), (inactiveCredentials, false, nil)]
    directory = AccessKeyDirectory(
      identities.map { [principal, now] credentials, isActive, session in
        let key = AccessKey(
          id: credentials.accessKeyID, account: account, principalARN: principal.arn, isActive: isActive,
          createdAt: now, session: session)
        return SigningIdentity(key: key, principal: principal, secret: credentials.secretAccessKey)
      })
    verifier = SignatureVerifier(
      directory: directory, sessions: nil, organization: OrganizationDirectory(management: account), time: clock)
  }

  /// Runs both steps.
  @discardableResult
  func verify(
    _ head: RequestHead, body: [UInt8] = [], payload: PayloadRule = .signed
  ) throws(AuthenticationFailure) -> Authenticated<String> {
    var pending = try verifier.begin(head, service: "lambda", region: region, payload: payload)
    for byte in body { [byte].withUnsafeBytes { pending.update($0) } }
    return try pending.finish("value")
  }

  /// The failure of both steps, or nil when the request is authentic.
  func failure(_ head: RequestHead, body: [UInt8] = [], payload: PayloadRule = .signed) -> AuthenticationFailure? {
    do {
      try verify(head, body: body, payload: payload)
      return nil
    } catch {
      return error
    }
  }

  /// A signed request; `service` and the credentials may be wrong ones.
  func signed(
    _ method: String = "POST", _ target: String = "/2015-03-31/functions/orders/invocations?Qualifier=live",
    headers: [(name: String, value: String)] = [("Host", "localhost:9000"), ("X-Amz-Invocation-Type", "Event")],
    body: [UInt8] = [], by credentials: AccessKeyCredentials? = nil, service: String = "lambda",
    region: Region? = nil, at time: WallTime? = nil
  ) throws(AuthenticationFailure) -> RequestHead {
    let head = RequestHead(method: method, target: target, headers: headers)
    let added = try RequestSigner(credentials ?? self.credentials).sign(
      head, body: body, service: service, region: region ?? self.region, at: time ?? now)
    return RequestHead(method: method, target: target, headers: headers + added)
  }

  private static func credentials(_ pair: [String], token: String?) throws -> AccessKeyCredentials {
    let id = try #require(AccessKeyID(pair[0]))
    return AccessKeyCredentials(accessKeyID: id, secretAccessKey: pair[1], sessionToken: token)
  }
}

extension RequestHead {
  var target: String { query.isEmpty ? path : "\(path)?\(query)" }

  /// The same request with other headers.
  func with(headers: [(name: String, value: String)]) -> RequestHead {
    RequestHead(method: method, target: target, headers: headers)
  }

  /// The same request with the value of one header changed.
  func changing(_ name: String, _ change: (String) -> String) -> RequestHead {
    with(headers: headers.map { $0.name == name ? ($0.name, change($0.value)) : $0 })
  }

  /// The same request without the headers of that name.
  func without(_ name: String) -> RequestHead { with(headers: headers.filter { $0.name != name }) }

  /// The same request with another target.
  func with(target: String) -> RequestHead { RequestHead(method: method, target: target, headers: headers) }
}
