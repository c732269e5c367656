import Core
import Testing
import Wire

@testable import Identity

/// A request of `user/name`, which has no body and proves nothing but who it is.
func authenticatedRequest(
  isAdministrator: Bool, of account: String = "000000000000", addressed: String = "000000000000",
  source: RequestSource = .network(address: "192.0.2.7")
) throws -> Authenticated<OperationRequest> {
  let own = try #require(AccountID(account))
  let principal = Principal(
    account: own, arn: ARN(service: "iam", region: "", account: own.description, resource: "user/name"),
    kind: .user("name"), uniqueID: "AIDA0000000000000000", isAdministrator: isAdministrator)
  let place = AccountRegion(
    account: try #require(AccountID(addressed)), region: try #require(Region("us-east-1")))
  let request = OperationRequest(
    head: RequestHead(method: "POST", target: "/", headers: [("User-Agent", "probe/1")]), pathParameters: [:], body: [],
    requestID: RequestID(from: SeededRandomSource(seed: 1)), place: place,
    source: source)
  return Authenticated(
    value: request, principal: principal, accessKeyID: try #require(AccessKeyID("AKIAIOSFODNN7EXAMPLE")))
}
