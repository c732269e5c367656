import Core
import NIOCore
import Testing

@testable import Execution

struct RuntimeMessageReaderTests {
  private static let id = "01234567-89ab-4def-8123-456789abcdef"

  @Test(
    arguments: [
      (message("n"), ["next", "end"]), (message("r", id + "{}"), ["response \(id)", "{}", "end"]),
      (message("r", id), ["response \(id)", "end"]), (message("e", id + "{}"), ["error \(id)", "{}", "end"]),
      (message("R", id + "{}"), ["response \(id), unanswered", "{}", "end", "next", "end"]),
      (message("R", id), ["response \(id), unanswered", "end", "next", "end"]),
      (message("i", "{}"), ["initError", "{}", "end"]), (message("p"), ["restoreNext", "end"]),
      (message("f", "{}"), ["restoreError", "{}", "end"]),
      (message("r", id + "1") + message("n"), ["response \(id)", "1", "end", "next", "end"]),
      (message("n", "unused"), ["next", "unused", "end"]),
    ] as [([UInt8], [String])])
  func `a message is taken apart, however it is split`(bytes: [UInt8], parts: [String]) throws {
    for place in 0...bytes.count {
      #expect(try read([bytes[..<place], bytes[place...]]) == parts, "split at \(place)")
    }
    #expect(try read(bytes.map { [$0] }) == parts)
  }

  @Test func `a body comes in the pieces in which it is read`() throws {
    var reader = RuntimeMessageReader()
    var buffer = ByteBuffer(bytes: message("i", "abcdef").dropLast(4))
    guard case .head = try reader.next(&buffer), case .body(let first) = try reader.next(&buffer) else {
      Issue.record("no body")
      return
    }
    #expect(String(buffer: first) == "ab")
    #expect(try reader.next(&buffer) == nil)
  }

  @Test(arguments: [
    message("x"), message("N"), message("\0"), message("r"), message("R", "short"), message("e", String(id.dropLast())),
    Array("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n".utf8),
  ])
  func `what is no message is refused`(bytes: [UInt8]) {
    #expect(throws: MalformedRuntimeMessage.self) { try read([bytes[...]]) }
    #expect(throws: MalformedRuntimeMessage.self) { try read([(message("n") + bytes)[...]]) }
  }

  @Test func `of a head that is not there as a whole nothing is taken`() throws {
    var reader = RuntimeMessageReader()
    let beginning = message("r", Self.id + "{}").prefix(40)
    var buffer = ByteBuffer(bytes: beginning)
    #expect(try reader.next(&buffer) == nil)
    #expect(buffer.readableBytes == beginning.count)
  }

  @Test(arguments: 0..<UInt64(200))
  func `bytes at random mean the same however they are split`(seed: UInt64) {
    let random = SeededRandomSource(seed: seed)
    var bytes: [UInt8] = []
    for byte in random.bytes(12) {
      let kinds = Array("nrReipf?".utf8)
      let body = Self.id + String(repeating: "x", count: Int(byte >> 4))
      bytes += message(Unicode.Scalar(kinds[Int(byte & 7)]), byte & 8 == 0 ? body : "")
    }
    let whole = outcome([bytes[...]])
    let places = random.bytes(6).map { Int($0) % bytes.count }.sorted()
    let pieces = zip([0] + places, places + [bytes.count]).map { bytes[$0..<$1] }
    #expect(outcome(pieces) == whole)
    #expect(outcome(bytes.map { [$0] }) == whole)
  }

  /// What was read before the end or the first mistake.
  private func outcome(_ pieces: [ArraySlice<UInt8>]) -> [String] {
    var parts: [String] = []
    do { try read(pieces, &parts) } catch { parts.append("malformed") }
    return parts
  }

  private func read(_ pieces: [ArraySlice<UInt8>]) throws -> [String] {
    var parts: [String] = []
    try read(pieces, &parts)
    return parts
  }

  /// The pieces of one body are put together.
  private func read(_ pieces: [ArraySlice<UInt8>], _ parts: inout [String]) throws {
    var reader = RuntimeMessageReader()
    var buffer = ByteBuffer()
    var isInBody = false
    for piece in pieces {
      buffer.writeBytes(piece)
      while let part = try reader.next(&buffer) {
        if case .body(let bytes) = part {
          if isInBody { parts[parts.count - 1] += String(buffer: bytes) } else { parts.append(String(buffer: bytes)) }
          isInBody = true
        } else {
          parts.append(describe(part))
          isInBody = false
        }
      }
    }
  }

  private func describe(_ part: RuntimeAPIPart) -> String {
    guard case .head(let head) = part else { return "end" }
    let name =
      switch head.request {
      case .response(let id): "response \(id)"
      case .error(let id): "error \(id)"
      case .some(let request): "\(request)"
      case nil: "unknown"
      }
    return head.wantsAnswer ? name : name + ", unanswered"
  }
}

private func message(_ kind: Unicode.Scalar, _ rest: String = "") -> [UInt8] {
  let length = UInt32(rest.utf8.count)
  return [UInt8(ascii: kind)] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + rest.utf8
}
