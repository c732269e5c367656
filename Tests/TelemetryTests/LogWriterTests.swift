import Core
import Logging
import Storage
import Testing

@testable import Telemetry

struct LogWriterTests {
  @Test func `a flush stores everything that was appended before`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    for number in 0..<Int64(50) { writer.append(try logs.batch("a", [line(number, "\(number)")])) }
    let before = logs.database.commitCount
    try await writer.flush()
    #expect(try await logs.messages(LogQuery(group: logs.group)) == (0..<50).map { "\($0)" })
    #expect(logs.database.commitCount - before == 1)
  }

  @Test func `what a stream gets within one flush is sealed once, and each line stays its request's`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    let ids = try (0..<3).map { try #require(RequestID("00000000-0000-4000-8000-00000000000\($0)")) }
    for id in ids {
      writer.append(try logs.batch("a", [line(1, "START"), line(1, "END")].map { $0.belonging(to: id) }))
      writer.append(try logs.batch("b", [line(1, "of none")]))
    }
    try await writer.flush()
    let rows = try await logs.database.read { transaction in
      try transaction.query("SELECT log_stream, event_count, request_id FROM log_batches ORDER BY sequence", [])
        .map { [try $0.text("log_stream"), "\(try $0.integer("event_count"))", try? $0.text("request_id")] }
    }
    #expect(rows == [["a", "6", ids.map(\.description).joined(separator: " ")], ["b", "3", nil]])
    for id in ids {
      let found = try await logs.store.arrivals(LogArrivalQuery(group: logs.group, requestID: id)).events
      #expect(found.map(\.event.message) == ["START", "END"])
    }
  }

  @Test func `more than a chunk is stored in several transactions and in order`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    let large = String(repeating: "x", count: 250_000)
    for number in 0..<Int64(40) { writer.append(try logs.batch("a", [line(number, large)])) }
    let before = logs.database.commitCount
    try await writer.flush()
    #expect(logs.database.commitCount - before == 3)
    let events = try await logs.pages(LogQuery(group: logs.group), limit: 100).flatMap(\.events)
    #expect(events.map(\.event.timestamp.milliseconds) == Array(0..<40))
  }

  @Test func `flushes at the same time all wait for what was appended before`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for number in 0..<Int64(100) {
        tasks.addTask {
          writer.append(try logs.batch("s\(number)", [line(number, "\(number)")]))
          try await writer.flush()
          let name = try #require(LogStreamName("s\(number)"))
          #expect(try await logs.messages(LogQuery(group: logs.group, streams: .named([name]))) == ["\(number)"])
        }
      }
      try await tasks.waitForAll()
    }
  }

  @Test func `a cancelled writer stores what waits before it ends`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    let running = Task { try await writer.run() }
    writer.append(try logs.batch("a", [line(1, "last words")]))
    running.cancel()
    try await running.value
    #expect(try await logs.messages(LogQuery(group: logs.group)) == ["last words"])
  }

  @Test func `a running writer stores without being asked`() async throws {
    let logs = try await LogFixture()
    let clock = SteppingClock()
    let writer = LogWriter(store: logs.store, time: logs.time, log: Logger(label: "test"), clock: clock)
    let running = Task { try await writer.run() }
    await clock.awaitSleeper()
    writer.append(try logs.batch("a", [line(1, "x")]))
    clock.wake()
    await clock.awaitSleeper()
    #expect(try await logs.messages(LogQuery(group: logs.group)) == ["x"])
    running.cancel()
    clock.wake()
    try await running.value
  }

  @Test func `lines beyond the capacity are dropped and the stream says how many`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs, capacity: 100)
    writer.append(try logs.batch("a", [line(1, "kept")]))
    writer.append(try logs.batch("a", [line(2, String(repeating: "x", count: 100)), line(3, "too")]))
    writer.append(try logs.batch("b", [line(4, String(repeating: "x", count: 100))]))
    writer.append(try logs.batch("a", [line(5, "kept too")]))
    try await writer.flush()
    #expect(writer.droppedEvents == 3)
    let stream = try #require(LogStreamName("a"))
    let events = try await logs.store.filter(LogQuery(group: logs.group, streams: .named([stream]))).events
    #expect(
      events.map(\.event.message) == [
        "kept", "kept too",
        "REDOUBT 2 log events (155 bytes) of this stream were dropped: the log buffer was full",
      ])
    #expect(events.map(\.event.origin) == [.function, .function, .platform])
    let count = try await logs.messages(LogQuery(group: logs.group)).count
    #expect(count == 4)
    try await writer.flush()
    #expect(try await logs.messages(LogQuery(group: logs.group)).count == count)
  }

  @Test func `what could not be stored waits for the next flush and keeps its order`() async throws {
    let logs = try await LogFixture()
    let database = FailingDatabase(logs.database)
    let store = LogStore(database: database, cipher: logs.store.cipher, time: logs.time)
    let writer = LogWriter(store: store, time: logs.time, log: Logger(label: "test"), capacity: 60)
    writer.append(try logs.batch("a", [line(1, "1")]))
    writer.append(try logs.batch("b", [line(1, String(repeating: "x", count: 60))]))
    database.setFull(true)
    await #expect(throws: LogError.database(.failed("disk full"))) { try await writer.flush() }
    writer.append(try logs.batch("a", [line(1, "2")]))
    database.setFull(false)
    try await writer.flush()
    let messages = try await logs.messages(LogQuery(group: logs.group))
    #expect(
      messages == ["1", "2", "REDOUBT 1 log events (86 bytes) of this stream were dropped: the log buffer was full"])
    #expect(writer.droppedEvents == 1)
  }

  @Test func `an account without a key holds up nobody else`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    let keyless = AccountRegion(account: try #require(AccountID("333333333333")), region: logs.group.place.region)
    writer.append(try logs.batch("a", [line(1, "lost")], in: LogGroup(place: keyless, name: logs.group.name)))
    writer.append(try logs.batch("a", [line(1, "kept")]))
    try await writer.flush()
    #expect(try await logs.messages(LogQuery(group: logs.group)) == ["kept"])
    #expect(writer.droppedEvents == 1)
  }

  @Test func `a batch without events makes no group`() async throws {
    let logs = try await LogFixture()
    let writer = writer(logs)
    writer.append(try logs.batch("a", []))
    try await writer.flush()
    #expect(try await logs.store.describeGroups(at: logs.group.place).isEmpty)
  }

  /// One that flushes when told to only.
  private func writer(_ logs: LogFixture, capacity: Int = 67_108_864) -> LogWriter {
    LogWriter(
      store: logs.store, time: logs.time, log: Logger(label: "test"), capacity: capacity, interval: .seconds(86_400))
  }
}
