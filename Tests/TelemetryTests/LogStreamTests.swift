import Core
import Storage
import Testing

@testable import Telemetry

struct LogStreamTests {
  @Test func `a stream is read from its head page by page, and the last token comes back`() async throws {
    let logs = try await fixture(events: 5)
    var read: [String] = []
    var page = try await logs.read(from: .head, limit: 2)
    while !page.events.isEmpty {
      read += page.events.map(\.event.message)
      page = try await logs.read(from: .token(page.forward), limit: 2)
    }
    #expect(read == ["1", "2", "3", "4", "5"])
    let end = page.forward
    #expect(try await logs.read(from: .token(end), limit: 2).forward == end)
    try await logs.log("s", (6, "6"))
    #expect(try await logs.read(from: .token(end), limit: 2).events.map(\.event.message) == ["6"])
  }

  @Test func `a stream is read from its tail backwards, each page the oldest first`() async throws {
    let logs = try await fixture(events: 5)
    let last = try await logs.read(from: .tail, limit: 2)
    #expect(last.events.map(\.event.message) == ["4", "5"])
    let middle = try await logs.read(from: .token(last.backward), limit: 2)
    #expect(middle.events.map(\.event.message) == ["2", "3"])
    let first = try await logs.read(from: .token(middle.backward), limit: 2)
    #expect(first.events.map(\.event.message) == ["1"])
    let before = try await logs.read(from: .token(first.backward), limit: 2)
    #expect(before.events.isEmpty)
    #expect(before.backward == first.backward)
  }

  @Test func `turning round at either end meets the events again`() async throws {
    let logs = try await fixture(events: 3)
    let all = try await logs.read(from: .head)
    let behind = try await logs.read(from: .token(all.forward))
    #expect(behind.events.isEmpty)
    #expect(try await logs.read(from: .token(behind.backward)).events == all.events)
    let before = try await logs.read(from: .token(all.backward))
    #expect(before.events.isEmpty)
    #expect(try await logs.read(from: .token(before.forward)).events == all.events)
  }

  @Test func `a stream without events has tokens that find the first ones`() async throws {
    let logs = try await LogFixture()
    try await logs.store.createGroup(logs.group)
    try await logs.store.createStream(try #require(LogStreamName("s")), in: logs.group)
    let (head, tail) = (try await logs.read(from: .head), try await logs.read(from: .tail))
    #expect(head.events.isEmpty && tail.events.isEmpty)
    try await logs.log("s", (1, "first"))
    for page in [head, tail] {
      #expect(try await logs.read(from: .token(page.forward)).events.map(\.event.message) == ["first"])
    }
  }

  @Test func `batches that overlap in time are read in order of time`() async throws {
    let logs = try await LogFixture()
    try await logs.log("s", (1, "a"), (4000, "d"))
    try await logs.log("s", (2, "b"), (3000, "c"))
    try await logs.log("other", (2, "not this one"))
    #expect(try await logs.read(from: .head, limit: 3).events.map(\.event.message) == ["a", "b", "c"])
    #expect(try await logs.read(from: .tail, limit: 3).events.map(\.event.message) == ["b", "c", "d"])
  }

  @Test func `a time range holds in both directions`() async throws {
    let logs = try await fixture(events: 9)
    for place in [LogStreamStart.head, .tail] {
      let page = try await logs.read(from: place, start: 3, end: 6)
      #expect(page.events.map(\.event.message) == ["3", "4", "5", "6"])
    }
  }

  @Test func `the tail of many batches is found without reading the first`() async throws {
    let logs = try await LogFixture()
    try await logs.store.append(try (0..<Int64(1000)).map { try logs.batch("s", [line($0 * 10_000, "\($0)")]) })
    try await logs.database.write { try $0.execute("UPDATE log_batches SET sealed = x'00' WHERE first_ms = 0", []) }
    #expect(try await logs.read(from: .tail, limit: 1).events.map(\.event.message) == ["999"])
    await #expect(throws: LogError.damaged(sequence: 1)) { try await logs.read(from: .head, limit: 1) }
  }

  @Test(arguments: [
    "", "f", "f/", "x/1", "f/12", "f/" + String(repeating: "9", count: 56), "b/" + String(repeating: "x", count: 56),
  ])
  func `what is no token is refused`(text: String) {
    #expect(LogStreamToken(text) == nil)
  }

  @Test func `a token is as long as one of AWS's and comes back the same`() throws {
    let token = LogStreamToken(.backward, LogPosition(milliseconds: 1_700_000_000_000, sequence: 77, index: 3))
    #expect(token.description.utf8.count == 58)
    #expect(LogStreamToken(token.description) == token)
  }

  @Test func `the tail of a stream is found by the index alone`() async throws {
    let logs = try await LogFixture()
    let stream = try #require(LogStreamName("s"))
    let query = LogQuery(group: logs.group, streams: .named([stream]), start: 9)
    let tail = LogTailScan(query: query, limit: 1, end: nil, cipher: logs.store.cipher)
    let plan = try await logs.database.read { transaction in
      try transaction.query("EXPLAIN QUERY PLAN " + tail.sql, tail.arguments(before: nil)).map { try $0.text("detail") }
    }
    #expect(
      plan.count == 1 && plan[0].contains("INDEX log_batches_by_time (account=? AND region=? AND log_group=?"),
      "\(plan)")
  }

  private func fixture(events: Int64) async throws -> LogFixture {
    let logs = try await LogFixture()
    for time in 1...events { try await logs.log("s", (time, "\(time)")) }
    return logs
  }
}

extension LogFixture {
  fileprivate func read(
    from place: LogStreamStart, limit: Int = 100, start: Int64? = nil, end: Int64? = nil
  ) async throws -> LogStreamPage {
    try await store.read(
      try #require(LogStreamName("s")), of: group, start: start, end: end, limit: limit, from: place)
  }
}
