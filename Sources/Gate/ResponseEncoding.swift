import NIOCore
import NIOHTTP1

/// Answers as they go over the wire (RFC 9112). What is written has been checked: nothing in it ends a line.
extension ByteBuffer {
  mutating func writeStatusLine(_ version: HTTPVersion, _ status: Int) {
    writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
    if status == 200 {
      writeStaticString("200 OK\r\n")
    } else {
      writeString("\(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\r\n")
    }
  }

  /// What ends a head, and a body in chunks.
  mutating func writeEmptyLine() { writeStaticString("\r\n") }

  /// A part of a body in chunks (section 7.1); an empty one ends it.
  mutating func writeChunk(_ bytes: [UInt8]) {
    writeString(String(bytes.count, radix: 16))
    writeEmptyLine()
    writeBytes(bytes)
    writeEmptyLine()
  }
}
