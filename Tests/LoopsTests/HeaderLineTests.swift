import Loops
import NIOCore
import Testing

struct HeaderLineTests {
  @Test(
    arguments: [
      ("Content-Length", "3", "Content-Length: 3\r\n"), ("a", "", "a: \r\n"), ("a", "ä\u{1F512}", "a: ä\u{1F512}\r\n"),
      ("X-Long", String(repeating: "x", count: 5000), "X-Long: \(String(repeating: "x", count: 5000))\r\n"),
    ])
  func `a line is the name, the value and its end`(name: String, value: String, line: String) {
    var bytes = ByteBuffer()
    bytes.writeHeader(name, value)
    #expect(String(buffer: bytes) == line)
  }

  @Test func `lines follow what is there, whatever room is left`() {
    for capacity in 0..<64 {
      var bytes = ByteBufferAllocator().buffer(capacity: capacity)
      bytes.writeString("HTTP/1.1 200 OK\r\n")
      for number in 0..<20 { bytes.writeHeader("Name-\(number)", "value \(number)") }
      let lines = (0..<20).map { "Name-\($0): value \($0)\r\n" }.joined()
      #expect(String(buffer: bytes) == "HTTP/1.1 200 OK\r\n" + lines)
    }
  }
}
