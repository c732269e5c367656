import Core
import Functions
import NIOCore
import NIOHTTP1
import Testing

@testable import Execution

struct RuntimeAPIAnswerTests {
  private static let id = "01234567-89ab-4def-8123-456789abcdef"
  private static let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
  private static let arn = "arn:aws:lambda:eu-central-1:123456789012:function:f"
  /// What ends a line, or is no character of one, in what a caller chose.
  private static let hostile = "{\r\n\"a\":\t1\u{7F}}\r\nLambda-Runtime-Aws-Request-Id: forged\r\n\r\n"
  private static let harmless = "{  \"a\": 1 }  Lambda-Runtime-Aws-Request-Id: forged    "

  @Test func `an answer is whole, with its length`() throws {
    let answer = RuntimeAPIAnswer(status: .ok, event: try event(), body: Array("\"é\"".utf8))
    let lines = [
      "HTTP/1.1 200 OK", "Lambda-Runtime-Aws-Request-Id: \(Self.id)", "Lambda-Runtime-Deadline-Ms: 7",
      "Lambda-Runtime-Invoked-Function-Arn: \(Self.arn)", "Lambda-Runtime-Trace-Id: \(Self.trace)",
      "Content-Type: application/json", "Content-Length: 4", "", "\"é\"",
    ]
    #expect(http(answer) == lines.joined(separator: "\r\n"))
  }

  @Test func `what not every invocation has is told where it is there`() throws {
    let answer = RuntimeAPIAnswer(
      status: .ok, event: try event(clientContext: "{}", tenant: "blue", isSeparate: true), body: [])
    let lines = http(answer).split(separator: "\r\n")
    #expect(
      lines[5...7] == [
        "Lambda-Runtime-Client-Context: {}", "Lambda-Runtime-Aws-Tenant-Id: blue",
        "Redoubt-Hygiene: PerInvocation",
      ])
  }

  @Test(arguments: [
    (RuntimeAPIAnswer.accepted, "HTTP/1.1 202 Accepted"), (.tooLarge, "HTTP/1.1 413 Payload Too Large"),
    (.invalidState, "HTTP/1.1 403 Forbidden"), (.invalidRequestID, "HTTP/1.1 400 Bad Request"),
    (.unknownPath, "HTTP/1.1 404 Not Found"),
  ])
  func `the status is named`(answer: RuntimeAPIAnswer, line: String) {
    #expect(http(answer).hasPrefix(line + "\r\n"))
  }

  @Test func `what a caller chose stays in its line`() throws {
    let answer = RuntimeAPIAnswer(status: .ok, event: try event(clientContext: Self.hostile), body: [])
    let lines = http(answer).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count == 10 && lines[5] == "Lambda-Runtime-Client-Context: \(Self.harmless)")
    #expect(message(answer)?.head.split(separator: "\n", omittingEmptySubsequences: false)[4] == Self.harmless[...])
  }

  @Test func `a message has the status, the head in lines and the body`() throws {
    let plain = RuntimeAPIAnswer(status: .ok, event: try event(), body: Array("\"é\"".utf8))
    #expect(message(plain)?.status == 200 && message(plain)?.body == "\"é\"")
    #expect(message(plain)?.head == [Self.id, "7", Self.arn, Self.trace, "", "", ""].joined(separator: "\n"))
    let whole = RuntimeAPIAnswer(
      status: .ok, event: try event(clientContext: "{}", tenant: "blue", isSeparate: true), body: [])
    #expect(message(whole)?.head.hasSuffix("\n{}\nblue\nPerInvocation") == true && message(whole)?.body == "")
  }

  @Test(arguments: [
    (RuntimeAPIAnswer.accepted, 202), (.tooLarge, 413), (.invalidState, 403), (.invalidRequestID, 400),
  ])
  func `a message without an event has no head`(answer: RuntimeAPIAnswer, status: Int) throws {
    let sent = try #require(message(answer))
    #expect(sent.status == status && sent.head.isEmpty && sent.body == String(decoding: answer.body, as: UTF8.self))
  }

  private func event(
    clientContext: String? = nil, tenant: String? = nil, isSeparate: Bool = false
  ) throws -> EventHead {
    EventHead(
      requestID: try #require(RequestID(Self.id)), deadline: WallTime(seconds: 0).advanced(by: .milliseconds(7)),
      invokedARN: Self.arn, trace: try #require(TraceHeader(Self.trace)), clientContext: clientContext,
      tenantID: tenant.flatMap { TenantID($0) }, isSeparate: isSeparate)
  }

  private func http(_ answer: RuntimeAPIAnswer) -> String {
    var buffer = ByteBuffer()
    answer.encode(as: .http, onto: &buffer)
    return String(buffer: buffer)
  }

  /// nil unless the lengths are those of what follows.
  private func message(_ answer: RuntimeAPIAnswer) -> (status: Int, head: String, body: String)? {
    var buffer = ByteBuffer(string: "before")
    answer.encode(as: .messages, onto: &buffer)
    buffer.moveReaderIndex(forwardBy: 6)
    guard let status = buffer.readInteger(as: UInt16.self), let headLength = buffer.readInteger(as: UInt32.self),
      let bodyLength = buffer.readInteger(as: UInt32.self), let head = buffer.readString(length: Int(headLength)),
      let body = buffer.readString(length: Int(bodyLength)), buffer.readableBytes == 0
    else { return nil }
    return (Int(status), head, body)
  }
}
