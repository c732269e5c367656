import Core
import Functions
import Telemetry
import Testing

@testable import Execution

struct InvocationLogTests {
  private let now = WallTime(seconds: 1)

  @Test func `output becomes one event a line, whatever the pieces it came in`() {
    var log = InvocationLog()
    for piece in ["on", "e\ntw", "o\n", "\nthree"] { log.append(Array(piece.utf8), at: now) }
    #expect(log.events.map(\.message) == ["one", "two", ""])
    log.appendPlatformLine("END", at: now)
    let (events, tail) = log.take()
    #expect(events.map(\.message) == ["one", "two", "", "three", "END"])
    #expect(events.map(\.origin) == [.function, .function, .function, .function, .platform])
    #expect(String(decoding: tail, as: UTF8.self) == "one\ntwo\n\nthree\nEND\n")
  }

  @Test func `a line that looks like the platform's stays the function's`() {
    var log = InvocationLog()
    log.append(Array("REPORT RequestId: forged\n".utf8), at: now)
    #expect(log.events.map(\.origin) == [.function])
  }

  @Test func `a line that looks like the platform's stays the function's in json too`() {
    var log = InvocationLog(logging: LoggingConfiguration(format: .json))
    let forged = #"{"time":"2026-01-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"forged"}}"#
    log.append(Array("\(forged)\n".utf8), at: now)
    #expect(log.events.map(\.message) == [forged])
    #expect(log.events.map(\.origin) == [.function])
  }

  @Test func `in json a line that is not important enough leaves no event and takes no room`() {
    var log = InvocationLog(limit: 100, logging: LoggingConfiguration(format: .json, applicationLevel: .error))
    let line = #"{"timestamp":"t","level":"INFO"}"#
    for _ in 0..<100 { log.append(Array("\(line)\n".utf8), at: now) }
    log.append(Array("plain\n".utf8), at: now)
    #expect(log.events.map(\.message) == ["plain"])
  }

  @Test func `what was dropped is told in json where the log is in json`() {
    var log = InvocationLog(limit: 10, logging: LoggingConfiguration(format: .json))
    log.append(Array("more than ten bytes\n".utf8), at: now)
    log.close(at: now)
    #expect(log.events.map(\.origin) == [.platform])
    #expect(log.events.first?.message.contains(#""type":"platform.logsDropped""#) == true)
    #expect(log.events.first?.message.contains(#""droppedBytes":19"#) == true)
  }

  @Test func `a log without a first line of the platform begins all the same`() throws {
    var log = InvocationLog()
    log.append(Array("of the init phase".utf8), at: now)
    let id = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
    log.begin(id, with: nil, at: now)
    log.append(Array("more\n".utf8), at: now)
    #expect(log.events.map(\.message) == ["of the init phase", "more"])
    #expect(log.requestID == id)
  }

  @Test func `the tail is the last four kilobytes`() {
    var log = InvocationLog()
    for number in 0..<5000 { log.append(Array("line \(number)\n".utf8), at: now) }
    let tail = log.take().tail
    #expect(tail.count == 4096)
    #expect(String(decoding: tail, as: UTF8.self).hasSuffix("line 4999\n"))
  }

  @Test func `a line without an end is cut, not collected for ever`() {
    var log = InvocationLog()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
    for _ in 0..<10 { log.append(piece, at: now) }
    #expect(log.events.allSatisfy { $0.message.utf8.count == InvocationLog.longestLine })
    #expect(log.events.count == 1_000_000 / InvocationLog.longestLine)
  }

  @Test func `output that is not utf-8 is kept readable`() {
    var log = InvocationLog()
    log.append([0x61, 0xFF, 0x62, 0x0A], at: now)
    #expect(log.events.map(\.message) == ["a\u{FFFD}b"])
  }

  @Test func `what was taken does not come again`() {
    var log = InvocationLog()
    log.append(Array("a\n".utf8), at: now)
    _ = log.take()
    #expect(log.isEmpty)
    #expect(log.take().tail.isEmpty)
  }

  @Test func `a character is not cut in two with its line`() {
    var log = InvocationLog()
    let line = "x" + String(repeating: "\u{1F600}", count: InvocationLog.longestLine / 4)
    log.append(Array(line.utf8), at: now)
    log.appendPlatformLine("END", at: now)
    #expect(log.events.count == 3)
    #expect(log.events.dropLast().map(\.message).joined() == line)
  }

  @Test func `what is beyond the limit is counted and told, and the tail is whole`() {
    var log = InvocationLog(limit: 100)
    log.append(Array(String(repeating: "0123456789abcdefghijkl\n", count: 5).utf8), at: now)
    log.append(Array("not this one\n".utf8), at: now)
    log.appendPlatformLine("END", at: now)
    let (events, tail) = log.take()
    #expect(events.filter { $0.origin == .function }.count == 2)
    #expect(
      events.filter { $0.origin == .platform }.map(\.message) == [
        "REDOUBT 81 bytes of output were dropped: of one invocation 100 bytes are recorded", "END",
      ])
    #expect(String(decoding: tail, as: UTF8.self).contains("not this one"))
  }

  @Test func `once a line was dropped none that follows is kept`() {
    var log = InvocationLog(limit: 100)
    for line in [String(repeating: "x", count: 200), "short"] { log.append(Array((line + "\n").utf8), at: now) }
    #expect(log.events.isEmpty)
  }

  @Test func `each invocation has the whole limit, and so has the time between`() throws {
    var log = InvocationLog(limit: 40)
    let id = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
    for _ in 0..<2 {
      log.append(Array("ten bytes!\nlost\n".utf8), at: now)
      log.begin(id, with: "START", at: now)
      log.append(Array("ten bytes!\nlost\n".utf8), at: now)
      log.appendPlatformLine("END", at: now)
      #expect(log.take().events.filter { $0.origin == .function }.map(\.message) == ["ten bytes!", "ten bytes!"])
    }
  }

  @Test func `a hundred megabytes in one line or in many are held in little`() {
    for end in ["x", "\n"] {
      var log = InvocationLog()
      let piece = Array((String(repeating: "x", count: 65_535) + end).utf8)
      var recorded = 0
      for _ in 0..<1600 {
        log.append(piece, at: now)
        guard log.byteCount > InvocationLog.longestHeld else { continue }
        recorded += log.takeEvents().reduce(0) { $0 + $1.message.utf8.count }
      }
      log.close(at: now)
      recorded += log.takeEvents().filter { $0.origin == .function }.reduce(0) { $0 + $1.message.utf8.count }
      #expect(recorded <= ExecutionLimits.logVolume)
      #expect(recorded > ExecutionLimits.logVolume - 2 * InvocationLog.longestLine)
    }
  }

  @Test func `output belongs to the invocation until its log is taken`() throws {
    var log = InvocationLog()
    let id = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
    #expect(log.requestID == nil)
    log.begin(id, with: "START", at: now)
    _ = log.takeEvents()
    #expect(log.requestID == id)
    _ = log.take()
    #expect(log.requestID == nil)
  }

  @Test(arguments: [(0.0, "0.00"), (1.006, "1.01"), (12.3456, "12.35"), (3000, "3000.00"), (0.999, "1.00")])
  func `durations have two digits after the point`(value: Double, text: String) {
    #expect(Decimals.two(value) == text)
  }

  @Test func `a report line has the fields of lambda's`() throws {
    let report = ReportLine(
      requestID: try #require(RequestID("00000000-0000-4000-8000-000000000000")), duration: .microseconds(1234),
      initDuration: .milliseconds(20), memorySize: 128, memoryPeak: 31_000_000, status: .timeout)
    #expect(
      report.text == "REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: 1.23 ms\t"
        + "Billed Duration: 22 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tInit Duration: 20.00 ms\tStatus: timeout\t"
    )
  }
}
