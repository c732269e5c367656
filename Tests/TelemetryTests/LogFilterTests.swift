import Core
import Cryptography
import Foundation
import Storage
import Testing

@testable import Telemetry

struct LogFilterTests {
  @Test func `events come by time and then as they were stored`() async throws {
    let logs = try await LogFixture()
    try await logs.log("b", (20, "third"), (30, "fifth"))
    try await logs.log("a", (10, "first"), (20, "fourth"), (15, "second"))
    let events = try await logs.store.filter(LogQuery(group: logs.group)).events
    #expect(events.map(\.event.message) == ["first", "second", "third", "fourth", "fifth"])
    #expect(events.map(\.stream.description) == ["a", "a", "b", "a", "b"])
    #expect(events.map(\.event.ingestion.milliseconds) == [11, 16, 21, 21, 31])
  }

  @Test func `both ends of the time are included`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (9, "9"), (10, "10"), (20, "20"), (21, "21"))
    #expect(try await logs.messages(LogQuery(group: logs.group, start: 10, end: 20)) == ["10", "20"])
    #expect(try await logs.messages(LogQuery(group: logs.group, start: 21)) == ["21"])
    #expect(try await logs.messages(LogQuery(group: logs.group, end: 9)) == ["9"])
    #expect(try await logs.messages(LogQuery(group: logs.group, start: 22)) == [])
    #expect(try await logs.messages(LogQuery(group: logs.group, start: .min, end: .max)).count == 4)
    #expect(try await logs.messages(LogQuery(group: logs.group, start: .max, end: .min)) == [])
  }

  @Test func `an event in a batch that began before the start is found`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (0, "early"), (4999, "late"))
    #expect(try await logs.messages(LogQuery(group: logs.group, start: 4999)) == ["late"])
  }

  @Test func `streams are chosen by name or by prefix`() async throws {
    let logs = try await LogFixture()
    for stream in ["a%", "ab", "Ab", "b"] { try await logs.log(stream, (1, stream)) }
    let named = try ["a%", "b"].map { try #require(LogStreamName($0)) }
    #expect(try await logs.messages(LogQuery(group: logs.group, streams: .named(named))) == ["a%", "b"])
    #expect(try await logs.messages(LogQuery(group: logs.group, streams: .prefixed("a"))) == ["a%", "ab"])
    #expect(try await logs.messages(LogQuery(group: logs.group, streams: .prefixed("a%"))) == ["a%"])
    #expect(try await logs.messages(LogQuery(group: logs.group, streams: .prefixed(""))).count == 4)
  }

  @Test func `a group or stream that does not exist is an error`() async throws {
    let logs = try await LogFixture()
    await #expect(throws: LogError.groupNotFound(logs.group.name)) {
      try await logs.store.filter(LogQuery(group: logs.group))
    }
    try await logs.log("a", (1, "x"))
    let absent = try #require(LogStreamName("absent"))
    await #expect(throws: LogError.streamNotFound(absent)) {
      try await logs.store.filter(LogQuery(group: logs.group, streams: .named([absent])))
    }
  }

  @Test func `only what the pattern wants is found`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "ERROR one"), (2, "fine"), (3, "ERROR two"))
    let pattern = try FilterPattern("ERROR -two")
    #expect(try await logs.messages(LogQuery(group: logs.group, pattern: pattern)) == ["ERROR one"])
  }

  @Test(arguments: [500, 512, 513, 40_000])
  func `a line of objects within each other harms no search`(depth: Int) async throws {
    let logs = try await LogFixture()
    let nested = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
    try await logs.log("a", (1, nested), (2, "{\"b\": 1}"))
    #expect(try await logs.messages(LogQuery(group: logs.group, pattern: try FilterPattern("{ $.b = 1 }"))).count == 1)
    let found = try await logs.messages(LogQuery(group: logs.group, pattern: try FilterPattern("{ $.b NOT EXISTS }")))
    // Deeper than 512 is no JSON to a JSON pattern.
    #expect(found.count == (depth <= 512 ? 1 : 0))
  }

  @Test func `another account or region sees nothing of it`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "mine"))
    let region = try #require(Region("eu-west-1"))
    for place in [
      AccountRegion(account: logs.otherAccount, region: logs.group.place.region),
      AccountRegion(account: logs.account, region: region),
    ] {
      let other = LogGroup(place: place, name: logs.group.name)
      try await logs.log("a", (1, "theirs"), in: other)
      #expect(try await logs.messages(LogQuery(group: other)) == ["theirs"])
    }
    #expect(try await logs.messages(LogQuery(group: logs.group)) == ["mine"])
  }

  @Test(arguments: [1, 7, 100, 10_000], [LogScan.usualBudget, 0])
  func `pages of any size hold every event once and in order`(limit: Int, budget: Int) async throws {
    let logs = try await LogFixture()
    let random = SeededRandomSource(seed: UInt64(limit))
    var wanted: [(time: Int64, message: String)] = []
    for number in 0..<20 {
      // Close together, so that many batches overlap and many events share a millisecond.
      let start = Int64(random.bytes(1)[0]) * 20
      let events = random.bytes(10).enumerated().map { line(start + Int64($1) % 40 * 200, "\(number)-\($0)") }
      try await logs.store.append([try logs.batch("s\(number % 3)", events)])
      wanted += events.map { ($0.timestamp.milliseconds, $0.message) }
    }
    let pages = try await logs.pages(LogQuery(group: logs.group), limit: limit, budget: budget)
    let events = pages.flatMap(\.events)
    #expect(Set(events.map(\.event.message)) == Set(wanted.map(\.message)))
    #expect(events.count == wanted.count)
    #expect(events.map(\.event.timestamp) == events.map(\.event.timestamp).sorted())
    #expect(pages.allSatisfy { $0.events.count <= limit })
    #expect(events.map(\.id) == events.map(\.id).sorted())
    #expect(Set(events.map(\.id)).count == events.count)
    #expect(events.allSatisfy { $0.id.count == 56 })
    let ids = try await logs.pages(LogQuery(group: logs.group), limit: 9).flatMap(\.events).map(\.id)
    #expect(ids == events.map(\.id))
  }

  @Test func `a page ends at one megabyte`() async throws {
    let logs = try await LogFixture()
    let large = String(repeating: "x", count: 200_000)
    for time in 0..<Int64(12) { try await logs.log("a", (time, large)) }
    let pages = try await logs.pages(LogQuery(group: logs.group), limit: 10_000)
    #expect(pages.map(\.events.count) == [5, 5, 2])
  }

  @Test func `the last page has no cursor even when it is full`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "1"), (2, "2"))
    #expect(try await logs.store.filter(LogQuery(group: logs.group), limit: 2).cursor == nil)
    #expect(try await logs.store.filter(LogQuery(group: logs.group), limit: 1).cursor != nil)
  }

  @Test func `a search that reads too much gives a shorter page and goes on`() async throws {
    let logs = try await LogFixture()
    for time in 0..<Int64(50) { try await logs.log("a", (time, "\(time)")) }
    let query = LogQuery(group: logs.group, pattern: try FilterPattern("49"))
    let pages = try await logs.pages(query, limit: 10, budget: 0)
    #expect(pages.flatMap(\.events).map(\.event.message) == ["49"])
    #expect(pages.count > 10)
  }

  @Test(arguments: [0, 10_001, -1, Int.max])
  func `a limit out of range is refused`(limit: Int) async throws {
    let logs = try await LogFixture()
    await #expect(throws: LogError.badLimit(limit)) {
      try await logs.store.filter(LogQuery(group: logs.group), limit: limit)
    }
  }

  @Test func `a cursor is good for its own query only`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "1"), (2, "2"), (3, "3"))
    let stream = try #require(LogStreamName("a"))
    let cursor = try await logs.store.filter(LogQuery(group: logs.group), limit: 1).cursor
    let other = AccountRegion(account: logs.otherAccount, region: logs.group.place.region)
    for query in [
      LogQuery(group: LogGroup(place: other, name: logs.group.name)), LogQuery(group: logs.group, start: 1),
      LogQuery(group: logs.group, end: 1), LogQuery(group: logs.group, streams: .named([stream])),
      LogQuery(group: logs.group, streams: .prefixed("a")),
      LogQuery(group: logs.group, pattern: try FilterPattern("1")),
    ] {
      await #expect(throws: LogError.badCursor) { try await logs.store.filter(query, limit: 1, after: cursor) }
    }
    let next = try await logs.store.filter(LogQuery(group: logs.group), limit: 5, after: cursor)
    #expect(next.events.map(\.event.message) == ["2", "3"])
  }

  @Test func `a cursor that was made up is refused`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "1"), (2, "2"))
    let cursor = try #require(try await logs.store.filter(LogQuery(group: logs.group), limit: 1).cursor)
    var changed = try #require(Data(base64Encoded: cursor))
    changed[changed.count - 1] ^= 1
    for text in ["", "x", "AAAA", changed.base64EncodedString(), cursor + "A"] {
      await #expect(throws: LogError.badCursor, "\(text)") {
        try await logs.store.filter(LogQuery(group: logs.group), limit: 1, after: text)
      }
    }
  }

  @Test func `who wrote a line is kept with it`() async throws {
    let logs = try await LogFixture()
    let time = WallTime(milliseconds: 5)
    let events = [LogEvent.Origin.platform, .function].map {
      LogEvent(timestamp: time, ingestion: time, message: "REPORT RequestId: 1", origin: $0)
    }
    try await logs.store.append([try logs.batch("a", events)])
    let found = try await logs.store.filter(LogQuery(group: logs.group)).events.map(\.event.origin)
    #expect(found == [.platform, .function])
  }

  @Test func `no message is on disk in clear`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "the secret of the function"))
    for name in ["", "-wal"] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: logs.path + name))
      #expect(bytes.range(of: Data("the secret".utf8)) == nil)
    }
    let wal = try Data(contentsOf: URL(fileURLWithPath: logs.path + "-wal"))
    #expect(wal.range(of: Data("/aws/lambda/f".utf8)) != nil, "the search would find what is in clear")
  }

  @Test(arguments: ["UPDATE log_batches SET sealed = x'00'", "UPDATE log_batches SET log_stream = 'b'"])
  func `a batch that was changed or moved is damaged`(sql: String) async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "x"))
    try await logs.database.write { try $0.execute(sql, []) }
    await #expect(throws: LogError.damaged(sequence: 1)) { try await logs.store.filter(LogQuery(group: logs.group)) }
  }

  @Test func `a search by time reads the index and not the table`() async throws {
    let logs = try await LogFixture()
    let scan = LogScan(
      query: LogQuery(group: logs.group, start: 9), limit: 1, start: nil, cipher: logs.store.cipher, budget: 1)
    let plan = try await logs.database.read { transaction in
      try transaction.query("EXPLAIN QUERY PLAN " + scan.sql, scan.arguments(after: nil)).map { try $0.text("detail") }
    }
    let wanted = "SEARCH log_batches USING INDEX log_batches_by_time (account=? AND region=? AND log_group=? AND "
    #expect(plan.count == 1)
    #expect(plan.first?.hasPrefix(wanted) == true, "\(plan)")
    #expect(
      plan.first?.contains("first_ms>") == true || plan.first?.contains("(first_ms,sequence)>") == true, "\(plan)")
  }
}
