import NIOCore
import NIOHTTP1
import Testing

@testable import Execution

struct RuntimeAPIAnswerTests {
  @Test func `an answer is whole, with its length`() {
    let answer = RuntimeAPIAnswer(
      status: .ok, headers: [("Lambda-Runtime-Deadline-Ms", "7")], body: Array("\"é\"".utf8))
    let lines = [
      "HTTP/1.1 200 OK", "Lambda-Runtime-Deadline-Ms: 7", "Content-Type: application/json", "Content-Length: 4", "",
      "\"é\"",
    ]
    #expect(text(answer) == lines.joined(separator: "\r\n"))
  }

  @Test(arguments: [
    (RuntimeAPIAnswer.accepted, "HTTP/1.1 202 Accepted"), (.tooLarge, "HTTP/1.1 413 Payload Too Large"),
    (.invalidState, "HTTP/1.1 403 Forbidden"), (.invalidRequestID, "HTTP/1.1 400 Bad Request"),
    (.unknownPath, "HTTP/1.1 404 Not Found"),
  ])
  func `the status is named`(answer: RuntimeAPIAnswer, line: String) {
    #expect(text(answer).hasPrefix(line + "\r\n"))
  }

  @Test func `what a caller chose stays in its line`() {
    let value = "{\r\n\"a\":\t1\u{7F}}\r\nLambda-Runtime-Aws-Request-Id: forged\r\n\r\n"
    let answer = RuntimeAPIAnswer(status: .ok, headers: [("Lambda-Runtime-Client-Context", value)], body: [])
    let lines = text(answer).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count == 6 && lines[1].hasPrefix("Lambda-Runtime-Client-Context: {  \"a\": 1 }  Lambda-Runtime-Aws"))
  }

  private func text(_ answer: RuntimeAPIAnswer) -> String {
    var buffer = ByteBuffer()
    answer.encode(onto: &buffer)
    return String(buffer: buffer)
  }
}
