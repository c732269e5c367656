import Core
import Storage
import Testing

@testable import Telemetry

struct LogArrivalTests {
  private let request: RequestID

  init() throws { request = try #require(RequestID("00000000-0000-4000-8000-000000000000")) }

  @Test func `events come as they arrived, and late ones are not passed over`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (50, "first"))
    let part = try await logs.store.arrivals(LogArrivalQuery(group: logs.group))
    #expect(part.events.map(\.event.message) == ["first"])
    try await logs.log("b", (10, "second"), (60, "third"))
    let next = try await logs.store.arrivals(LogArrivalQuery(group: logs.group), after: part.mark)
    #expect(next.events.map(\.event.message) == ["second", "third"])
    let end = try await logs.store.arrivals(LogArrivalQuery(group: logs.group), after: next.mark)
    #expect(end.events.isEmpty && end.mark == next.mark && !end.hasMore)
  }

  @Test func `a request's lines are found whatever is in them`() async throws {
    let logs = try await LogFixture()
    let other = try #require(RequestID("00000000-0000-4000-8000-000000000001"))
    try await logs.store.append([
      try logs.batch("a", [line(1, "RequestId: \(request)")]),
      try logs.batch("a", [line(1, "mine").belonging(to: request), line(2, "mine too").belonging(to: request)]),
      try logs.batch("a", [line(2, "another's").belonging(to: other)]),
      try logs.batch("b", [line(2, "another's").belonging(to: other)]),
    ])
    let found = try await logs.store.arrivals(LogArrivalQuery(group: logs.group, requestID: request)).events
    #expect(found.map(\.event.message) == ["mine", "mine too"])
    #expect(found.allSatisfy { $0.event.requestID == request })
    #expect(try await logs.store.arrivals(LogArrivalQuery(group: logs.group)).events.first?.event.requestID == nil)
  }

  @Test func `only what the pattern wants is found, and the reader goes on behind the rest`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "{\"level\": \"INFO\"}"), (2, "{\"level\": \"ERROR\"}"), (3, "ERROR"))
    let query = LogArrivalQuery(group: logs.group, pattern: try FilterPattern("{ $.level = ERROR }"))
    let part = try await logs.store.arrivals(query)
    #expect(part.events.map(\.event.timestamp.milliseconds) == [2])
    #expect(try await logs.store.arrivals(query, after: part.mark).events.isEmpty)
  }

  @Test func `a time range is kept, and what comes after it is still found`() async throws {
    let logs = try await LogFixture()
    for time in [Int64(1), 20_000, 40_000] { try await logs.log("a", (time, "\(time)")) }
    let from = try await logs.store.arrivals(LogArrivalQuery(group: logs.group, start: 20_000))
    #expect(from.events.map(\.event.message) == ["20000", "40000"])
    let between = try await logs.store.arrivals(LogArrivalQuery(group: logs.group, start: 2, end: 20_000))
    #expect(between.events.map(\.event.message) == ["20000"])
    let later = LogArrivalQuery(group: logs.group, start: 50_000)
    let nothing = try await logs.store.arrivals(later)
    #expect(nothing.events.isEmpty)
    try await logs.log("a", (60_000, "new"))
    let new = try await logs.store.arrivals(later, after: nothing.mark)
    #expect(new.events.map(\.event.message) == ["new"])
  }

  @Test func `much comes in parts`() async throws {
    let logs = try await LogFixture()
    let large = String(repeating: "x", count: 200_000)
    for time in 0..<Int64(12) { try await logs.log("a", (time, large)) }
    var (count, parts, mark): (Int, Int, Int64?) = (0, 0, nil)
    while true {
      let part = try await logs.store.arrivals(LogArrivalQuery(group: logs.group), after: mark)
      (count, parts, mark) = (count + part.events.count, parts + 1, part.mark)
      if !part.hasMore { break }
    }
    #expect(count == 12 && parts == 2)
  }

  @Test func `a follower reads what is new and nothing else`() async throws {
    let logs = try await LogFixture()
    let query = LogArrivalQuery(group: logs.group, start: 9, requestID: request)
    let plan = try await logs.database.read { transaction in
      try transaction.query("EXPLAIN QUERY PLAN " + query.sql, query.arguments(after: 7, limit: 1))
        .map { try $0.text("detail") }
    }
    #expect(plan.count == 1 && plan[0].contains("(sequence>?)"), "\(plan)")
  }

  @Test func `a group that is not there is not found`() async throws {
    let logs = try await LogFixture()
    await #expect(throws: LogError.groupNotFound(logs.group.name)) {
      try await logs.store.arrivals(LogArrivalQuery(group: logs.group))
    }
  }
}
