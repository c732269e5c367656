import NIOHTTP1
import Testing

@testable import Execution

struct RuntimeAPIRequestTests {
  private static let base = "/2018-06-01/runtime"

  @Test(
    arguments: [
      (.GET, "/invocation/next", .next), (.GET, "/invocation/next?x=1", .next), (.GET, "/restore/next", .restoreNext),
      (.POST, "/invocation/id-1/response", .response(requestID: "id-1")),
      (.POST, "/invocation/id-1/error", .error(requestID: "id-1")),
      (.POST, "/invocation/id-1/response?/error", .response(requestID: "id-1")),
      (.POST, "/invocation//response", .response(requestID: "")),
      (.POST, "/init/error", .initError), (.POST, "/restore/error", .restoreError),
    ] as [(HTTPMethod, String, RuntimeAPIRequest)])
  func `what the API has is known by method and path`(method: HTTPMethod, path: String, request: RuntimeAPIRequest) {
    #expect(RuntimeAPIRequest(method: method, uri: Self.base + path) == request)
  }

  @Test(
    arguments: [
      (.POST, "/invocation/next"), (.GET, "/invocation/id-1/response"), (.PUT, "/invocation/id-1/response"),
      (.POST, "/invocation/id-1"), (.POST, "/invocation/id-1/"), (.POST, "/invocation/id-1/responses"),
      (.POST, "/invocation/id-1/response/"), (.POST, "/invocation/id-1/x/response"), (.POST, "/invocation"),
      (.POST, "/invocation/"), (.GET, "/invocation/next/"), (.GET, "//invocation/next"), (.GET, "/restore"),
      (.GET, "/init/error"), (.GET, ""),
    ] as [(HTTPMethod, String)])
  func `nothing else is known`(method: HTTPMethod, path: String) {
    #expect(RuntimeAPIRequest(method: method, uri: Self.base + path) == nil)
  }

  @Test(arguments: ["", "/", "?", "/2018-06-01/runtime", "/2018-06-02/runtime/invocation/next"])
  func `nor is another base`(uri: String) {
    #expect(RuntimeAPIRequest(method: .GET, uri: uri) == nil)
  }
}
