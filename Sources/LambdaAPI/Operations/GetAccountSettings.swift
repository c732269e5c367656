import Admission
import Authorization
import Core
import Functions
import JSON
import Sandbox
import Wire

/// Tells the limits of the account and what it uses of them.
struct GetAccountSettings: ControlOperation, LambdaOperation {
  static let name = "GetAccountSettings"
  static let route = Route("GET", "/2016-08-19/account-settings")

  let services: LambdaServices

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetAccountSettings", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let functions = services.catalog.latest(at: call.place)
    let admission = services.admission
    return OperationOutput([
      "AccountLimit": [
        "CodeSizeUnzipped": .integer(Int64(UnpackLimits.standard.bytes)),
        "CodeSizeZipped": .integer(Int64(CodeMembers.longestZip)),
        "ConcurrentExecutions": .integer(Int64(admission.limits.concurrency)),
        "UnreservedConcurrentExecutions": .integer(Int64(admission.unreserved(at: call.place))),
        "TotalCodeSize": .integer(Int64(services.codeStorage.limit)),
      ],
      "AccountUsage": [
        "FunctionCount": .integer(Int64(functions.count)),
        "TotalCodeSize": .integer(Int64(try await services.codeStorage.used(at: call.place))),
      ],
    ])
  }
}
