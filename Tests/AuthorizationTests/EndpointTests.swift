import Core
import Identity
import Testing
import Wire

@testable import Authorization

/// What an operation's caller hears when much is wrong at once.
struct EndpointTests {
  @Test func `a stranger hears of no constraint and of nothing that does not fit`() async throws {
    let answer = try await answer(isAdministrator: false)
    #expect(answer.head.status == 403)
    #expect(errorType(answer) == "AccessDeniedException")
  }

  @Test func `who may do it hears what is wrong with the request`() async throws {
    #expect(errorType(try await answer(isAdministrator: true)) == "Misfit")
  }

  @Test func `an error that must not show is the service's own`() async throws {
    let answer = try await answer(isAdministrator: true, runs: Failing())
    #expect(answer.head.status == 500)
    #expect(errorType(answer) == "Hidden")
    #expect(!String(decoding: answer.body, as: UTF8.self).contains("secret"))
  }

  private func answer(
    isAdministrator: Bool, runs operation: some ControlOperation = Misfitting()
  ) async throws -> OperationResponse {
    let service = ServiceDescription(
      name: "probe", signingName: "probe", wireProtocol: .restJSON,
      hidden: Fault(code: "Hidden", status: 500, message: ""), fault: { _ in nil })
    let endpoint = Endpoint(
      operation, of: service,
      authorizer: Authorizer(
        policies: FixedPolicies(), time: ManualTimeSource(), log: DecisionLog(), activity: ActivityLedger())
    ) { _, _ in }
    guard case .control(let run) = endpoint.form else { throw NotControl() }
    return await run(try authenticatedRequest(isAdministrator: isAdministrator))
  }

  private func errorType(_ answer: OperationResponse) -> String? {
    answer.head.headers.first { $0.name == "x-amzn-ErrorType" }?.value
  }
}

private struct NotControl: Error {}

/// Its request has members that fit their constraints and not each other.
private struct Misfitting: ControlOperation {
  static let name = "Misfitting"
  static func decode(_ members: inout MemberReader) throws(Fault) -> String {
    members.note(Fault(code: "Misfit", status: 400, message: ""))
    return ""
  }
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("probe:Read", on: "arn:x")]
  }
  func run(_ call: Authorized<String>) async throws -> OperationOutput { OperationOutput() }
}

private struct Failing: ControlOperation {
  struct Secret: Error {
    let text = "secret"
  }

  static let name = "Failing"
  static func decode(_ members: inout MemberReader) throws(Fault) -> String { "" }
  static func access(_ input: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("probe:Read", on: "arn:x")]
  }
  func run(_ call: Authorized<String>) async throws -> OperationOutput { throw Secret() }
}
