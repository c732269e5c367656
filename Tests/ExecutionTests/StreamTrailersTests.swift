import NIOHTTP1
import Testing

@testable import Execution

struct StreamTrailersTests {
  private let type = "Lambda-Runtime-Function-Error-Type"
  private let body = "Lambda-Runtime-Function-Error-Body"

  @Test func `without trailers, or with others, an answer is complete`() {
    #expect(StreamTrailers.failure(nil) == nil)
    #expect(StreamTrailers.failure(["X-Other": "1"]) == nil)
  }

  @Test func `an error is told with its object`() {
    // {"errorType":"Boom"}
    let trailers: HTTPHeaders = [type: "Boom", body: "eyJlcnJvclR5cGUiOiJCb29tIn0="]
    let details = Array(#"{"errorType":"Boom"}"#.utf8)
    #expect(StreamTrailers.failure(trailers) == FunctionFailure(code: "Boom", details: details))
  }

  @Test(arguments: [nil, "%%%", "bm90IGpzb24="])
  func `an object that callers cannot be given is replaced`(text: String?) {
    var trailers: HTTPHeaders = [type: "Boom"]
    if let text { trailers.add(name: body, value: text) }
    #expect(StreamTrailers.failure(trailers)?.details == Array(#"{"errorType":"Boom"}"#.utf8))
  }

  @Test(arguments: ["", String(repeating: "x", count: 257)])
  func `a type that is empty or too long is replaced`(name: String) {
    #expect(StreamTrailers.failure([type: name])?.code == "Unhandled")
  }

  @Test func `the mode of an answer is read in any case`() {
    for (value, isStreaming) in [("streaming", true), ("Streaming", true), ("buffered", false)] {
      let headers: HTTPHeaders = ["lambda-runtime-function-response-mode": value]
      let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: headers)
      #expect(StreamTrailers.isStreaming(head) == isStreaming)
    }
    #expect(!StreamTrailers.isStreaming(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
  }
}
