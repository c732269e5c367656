import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives a user temporary credentials of their own. Every user may have them, and no policy can deny it.
struct GetSessionToken: ControlOperation, STSOperation {
  static let name = "GetSessionToken"
  static let unhonoured: [String: [JSONValue]] = ["SerialNumber": [], "TokenCode": [], "MinimumSessionTokenSize": []]

  let services: STSServices

  struct Input: Sendable {
    /// In seconds.
    let duration: Int
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(duration: try members.userSessionDuration())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("sts:GetSessionToken", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let request = SessionRequest(name: "", duration: call.principal.sessionDuration(asked: call.value.duration))
    let issued = try services.sessions.issue(request, ofUser: call.principal)
    return OperationOutput(["Credentials": issued.credentialMembers])
  }
}

extension Principal {
  /// Of the administrator, upon whom no policy can be put that would end a session, an hour at most, as AWS has it for the
  /// account's owner.
  func sessionDuration(asked: Int) -> Int { isAdministrator ? min(asked, 3600) : asked }
}

extension MemberReader {
  /// Reads `DurationSeconds` of users' sessions: twelve hours, if nothing is said.
  mutating func userSessionDuration() throws(Fault) -> Int {
    let duration = try integer("DurationSeconds") ?? 43_200
    check(duration, at: "DurationSeconds", in: 900...129_600)
    return duration
  }
}
