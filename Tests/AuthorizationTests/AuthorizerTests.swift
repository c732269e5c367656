import Core
import Testing
import Wire

@testable import Authorization
@testable import Identity

struct AuthorizerTests {
  private let authorizer = Authorizer(policy: AdministratorPolicy())

  @Test func `the administrator may do everything in the account`() throws {
    let call = try authorizer.authorize(Probe.self, "x", from: try authenticatedRequest(isAdministrator: true))
    #expect(call.value == "x")
    #expect(call.principal.isAdministrator)
  }

  @Test func `nobody else may do anything, and hears so in the words of aws`() throws {
    let request = try authenticatedRequest(isAdministrator: false)
    let fault = #expect(throws: Fault.self) { try authorizer.authorize(Probe.self, "x", from: request) }
    #expect(fault?.code == "AccessDeniedException")
    #expect(fault?.status == 403)
    #expect(
      fault?.message == "User: arn:aws:iam::000000000000:user/name is not authorized to perform: probe:Read "
        + "on resource: arn:x because no identity-based policy allows the probe:Read action")
  }

  @Test func `an administrator is a stranger in another account`() throws {
    let request = try authenticatedRequest(isAdministrator: true, addressed: "000000000001")
    #expect(throws: Fault.self) { try authorizer.authorize(Probe.self, "x", from: request) }
  }

  @Test func `an operation that names no action is refused to all`() throws {
    let request = try authenticatedRequest(isAdministrator: true)
    #expect(throws: Fault.self) { try authorizer.authorize(Unnamed.self, "x", from: request) }
  }

  @Test func `every pair must be allowed`() throws {
    let picky = Authorizer(policy: OnlyRead())
    let request = try authenticatedRequest(isAdministrator: true)
    _ = try picky.authorize(Probe.self, "x", from: request)
    let fault = #expect(throws: Fault.self) { try picky.authorize(ReadAndWrite.self, "x", from: request) }
    #expect(fault?.message.contains("probe:Write") == true)
  }
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

private struct OnlyRead: PolicySource {
  func decide(_ request: AccessRequest, for principal: Principal) -> Decision {
    request.action == "probe:Read" ? .allow : .deny(.implicit)
  }
}
