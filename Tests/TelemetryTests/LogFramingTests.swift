import Core
import Testing

@testable import Telemetry

struct LogFramingTests {
  static let events = [
    LogEvent(
      timestamp: WallTime(nanoseconds: .max), ingestion: WallTime(nanoseconds: -1), message: "START",
      origin: .platform),
    LogEvent(timestamp: WallTime(nanoseconds: 0), ingestion: WallTime(nanoseconds: 1), message: "", origin: .function),
    LogEvent(
      timestamp: WallTime(nanoseconds: .min), ingestion: WallTime(nanoseconds: 2), message: "é\u{0}🦊\n",
      origin: .function, requestID: RequestID("00000000-0000-4000-8000-000000000000")),
    line(1, "of the same").belonging(to: RequestID("00000000-0000-4000-8000-000000000000")),
    line(2, "of another").belonging(to: RequestID("00000000-0000-4000-8000-000000000001")),
    line(3, "of none"),
    line(4, "of that again").belonging(to: RequestID("00000000-0000-4000-8000-000000000001")),
  ]

  @Test func `events come back as they went in`() throws {
    #expect(try LogFraming.decode(LogFraming.encode(Self.events)) == Self.events)
    #expect(try LogFraming.decode(LogFraming.encode([])) == [])
  }

  @Test func `what was stored before requests were told is read`() throws {
    let bytes: [UInt8] = [1] + [UInt8](repeating: 0, count: 8) + [0, 0, 0, 0, 0, 0, 0, 1] + [2, 0, 0, 0, 1, 65]
    let event = LogEvent(
      timestamp: WallTime(nanoseconds: 0), ingestion: WallTime(nanoseconds: 1), message: "A", origin: .function)
    #expect(try LogFraming.decode(bytes) == [event])
  }

  @Test func `events cut short anywhere but between two are malformed`() throws {
    let bytes = LogFraming.encode(Self.events)
    let whole = Set((0...Self.events.count).map { LogFraming.encode(Array(Self.events.prefix($0))).count })
    for length in 0..<bytes.count where !whole.contains(length) {
      #expect(throws: LogFraming.Malformed(), "\(length)") { try LogFraming.decode(Array(bytes.prefix(length))) }
    }
  }

  @Test(arguments: [
    [], [0], [3], [2, 0], [1, 0], [2] + [UInt8](repeating: 0, count: 22),
    [2] + [UInt8](repeating: 0, count: 16) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 65],
    [2] + [UInt8](repeating: 0, count: 16) + [3, 0, 0, 0, 0, 1, 65],
    [2] + [UInt8](repeating: 0, count: 16) + [2, 0, 0, 0, 0, 1, 0xFF],
    [2] + [UInt8](repeating: 0, count: 16) + [2, 0, 0, 0, 0, 2, 0xC0, 0x80],
    [2] + [UInt8](repeating: 0, count: 16) + [2, 1, 0, 0, 0, 1, 65],
    [2] + [UInt8](repeating: 0, count: 16) + [2, 3, 0, 0, 0, 1, 65],
    [2] + [UInt8](repeating: 0, count: 16) + [2, 2] + [UInt8](repeating: 48, count: 36) + [0, 0, 0, 1, 65],
  ])
  func `what is not in form is malformed`(bytes: [UInt8]) {
    #expect(throws: LogFraming.Malformed()) { try LogFraming.decode(bytes) }
  }

  @Test func `random bytes are malformed or come back the same, and never trap`() {
    let random = SeededRandomSource(seed: 3)
    for round in 0..<2000 {
      var bytes = LogFraming.encode(Self.events)
      for position in random.bytes(1 + round % 4) { bytes[Int(position) % bytes.count] = random.bytes(1)[0] }
      guard let events = try? LogFraming.decode(bytes) else { continue }
      if bytes[0] == 2 { #expect(LogFraming.encode(events) == bytes) }
    }
  }
}
