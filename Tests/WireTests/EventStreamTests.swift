import Core
import Testing
import Wire

struct EventStreamTests {
  private let message = EventStream.message("PayloadChunk", contentType: "text/plain", payload: Array("hi".utf8))

  @Test func `a message begins with its length, that of its headers and their check value`() {
    #expect(number(message[..<4]) == message.count)
    #expect(number(message[4..<8]) == message.count - 12 - 2 - 4)
    #expect(number(message[8..<12]) == Int(CyclicRedundancyCheck.value(of: Array(message[..<8]))))
  }

  @Test func `a message ends with its payload and the check value of all before`() {
    #expect(message.dropLast(4).suffix(2) == Array("hi".utf8)[...])
    #expect(number(message.suffix(4)) == Int(CyclicRedundancyCheck.value(of: message.dropLast(4))))
  }

  @Test func `headers are names and texts with their lengths`() {
    let headers = Array(message[12..<(12 + number(message[4..<8]))])
    #expect(headers.starts(with: header(":event-type", "PayloadChunk")))
    #expect(headers.suffix(22) == header(":message-type", "event")[...])
  }

  private func header(_ name: String, _ value: String) -> [UInt8] {
    [UInt8(name.utf8.count)] + Array(name.utf8) + [7, 0, UInt8(value.utf8.count)] + Array(value.utf8)
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
