import Core
import Identity
import Testing
import Wire

@Suite struct FaultTests {
  private static let query = WireProtocol.query(
    apiVersion: "2011-06-15", xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/")

  @Test(arguments: [
    (AuthenticationFailure.missingToken, "MissingAuthenticationTokenException", "MissingAuthenticationToken"),
    (.incompleteSignature("why"), "IncompleteSignatureException", "IncompleteSignature"),
    (.unknownAccessKey, "UnrecognizedClientException", "InvalidClientTokenId"),
    (.signatureMismatch, "InvalidSignatureException", "SignatureDoesNotMatch"),
    (.invalidScope(.service("lambda")), "InvalidSignatureException", "SignatureDoesNotMatch"),
    (.invalidToken, "UnrecognizedClientException", "InvalidClientTokenId"),
    (.expiredToken, "ExpiredTokenException", "ExpiredToken"),
  ])
  func `each failure has AWS's code in each family`(failure: AuthenticationFailure, json: String, query: String) {
    let restJSON = failure.fault(for: .restJSON)
    let awsJSON = failure.fault(for: .json(version: .v1_1, targetPrefix: "Logs_20140328"))
    let awsQuery = failure.fault(for: Self.query)
    #expect((restJSON.code, restJSON.status) == (json, 403))
    #expect((awsJSON.code, awsJSON.status) == (json, 400))
    #expect((awsQuery.code, awsQuery.status) == (query, query == "IncompleteSignature" ? 400 : 403))
    #expect(restJSON.message == failure.message)
  }
}
