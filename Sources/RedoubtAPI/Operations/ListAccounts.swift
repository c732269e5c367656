import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the accounts of the server in the order of their ids, a page at a time.
struct ListAccounts: ControlOperation, RedoubtOperation {
  static let name = "ListAccounts"
  static let route = Route("GET", "/2026-11-25/accounts")
  private static let longestPage = 100

  let services: RedoubtServices

  struct Input: Sendable {
    /// The last id of the page before.
    let marker: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let marker = members.query("Marker")
    members.check(marker, at: "Marker", pattern: "\\d{12}") { AccountID($0) != nil }
    return Input(marker: marker ?? "")
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:ListAccounts", on: .ofManagement("account/*"))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let found = try await services.organization.accounts(after: call.value.marker, limit: Self.longestPage + 1)
    let page = found.prefix(Self.longestPage)
    var members: [String: JSONValue] = ["Accounts": .array(page.map { services.members($0) })]
    if found.count > page.count { members["NextMarker"] = page.last.map { .string($0.id.description) } }
    return OperationOutput(.object(members))
  }
}
