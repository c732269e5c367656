import Core
import Storage
import Testing

@testable import Telemetry

struct LogGroupTests {
  @Test func `a group and its streams exist once something was logged`() async throws {
    let logs = try await LogFixture()
    #expect(try await logs.store.describeGroups(at: logs.group.place).isEmpty)
    try await logs.log("a", (50, "x"), (70, "y"))
    logs.time.advance(by: .seconds(1))
    try await logs.log("a", (60, "z"), (10, "w"))
    let created = WallTime(milliseconds: 1_000_000)
    let groups = try await logs.store.describeGroups(at: logs.group.place)
    #expect(groups.map(\.group) == [logs.group] && groups.map(\.created) == [created])
    #expect(groups.map(\.retentionDays) == [nil])
    let streams = try await logs.store.describeStreams(of: logs.group)
    let range = LogStreamDescription.EventRange(
      first: WallTime(milliseconds: 10), last: WallTime(milliseconds: 70), lastIngestion: WallTime(milliseconds: 71))
    #expect(streams.map(\.name.description) == ["a"])
    #expect(streams.map(\.created) == [created])
    #expect(streams.map(\.events) == [range])
  }

  @Test func `a group that was created by name is empty and made once`() async throws {
    let logs = try await LogFixture()
    try await logs.store.createGroup(logs.group)
    await #expect(throws: LogError.groupExists(logs.group.name)) { try await logs.store.createGroup(logs.group) }
    #expect(try await logs.messages(LogQuery(group: logs.group)) == [])
    let stream = try #require(LogStreamName("s"))
    try await logs.store.createStream(stream, in: logs.group)
    await #expect(throws: LogError.streamExists(stream)) { try await logs.store.createStream(stream, in: logs.group) }
    #expect(try await logs.store.describeStreams(of: logs.group).map(\.events) == [nil])
    try await logs.log("s", (5, "x"))
    #expect(try await logs.store.describeStreams(of: logs.group).map { $0.events?.first.milliseconds } == [5])
  }

  @Test func `groups and streams are listed by prefix and a page at a time`() async throws {
    let logs = try await LogFixture()
    for name in ["a1", "a2", "a3", "b"] {
      let group = LogGroup(place: logs.group.place, name: try #require(LogGroupName(name)))
      try await logs.store.createGroup(group)
      try await logs.log(name, (1, "x"))
    }
    let groups = try await logs.store.describeGroups(at: logs.group.place, prefix: "a", limit: 2)
    #expect(groups.map(\.group.name.description) == ["a1", "a2"])
    let rest = try await logs.store.describeGroups(at: logs.group.place, prefix: "a", after: groups[1].group.name)
    #expect(rest.map(\.group.name.description) == ["a3"])
    let streams = try await logs.store.describeStreams(of: logs.group, prefix: "a", limit: 2)
    #expect(streams.map(\.name.description) == ["a1", "a2"])
    let others = try await logs.store.describeStreams(of: logs.group, prefix: "a", after: LogStreamMark(streams[1]))
    #expect(others.map(\.name.description) == ["a3"])
  }

  @Test func `groups are found by a part of their names, case and all`() async throws {
    let logs = try await LogFixture()
    for name in ["/app/DataLogs", "/app/datalogs", "DataLogs_%"] {
      let group = LogGroup(place: logs.group.place, name: try #require(LogGroupName(name.filter { $0 != "%" })))
      try await logs.store.createGroup(group)
    }
    let found = try await logs.store.describeGroups(at: logs.group.place, containing: "DataLogs")
    #expect(found.map(\.group.name.description) == ["/app/DataLogs", "DataLogs_"])
    #expect(try await logs.store.describeGroups(at: logs.group.place, containing: "_").count == 1)
  }

  @Test func `streams are listed backwards too`() async throws {
    let logs = try await LogFixture()
    for name in ["a", "b", "c"] { try await logs.log(name, (1, "x")) }
    let order = LogStreamOrder(.name, isDescending: true)
    let streams = try await logs.store.describeStreams(of: logs.group, in: order, limit: 2)
    #expect(streams.map(\.name.description) == ["c", "b"])
    let rest = try await logs.store.describeStreams(of: logs.group, in: order, after: LogStreamMark(streams[1]))
    #expect(rest.map(\.name.description) == ["a"])
  }

  @Test func `the latest streams come first`() async throws {
    let logs = try await LogFixture()
    try await logs.log("old", (1, "x"))
    try await logs.log("new", (9, "x"))
    try await logs.store.createStream(try #require(LogStreamName("empty")), in: logs.group)
    let latest = LogStreamOrder(.lastEvent, isDescending: true)
    let streams = try await logs.store.describeStreams(of: logs.group, in: latest)
    #expect(streams.map(\.name.description) == ["new", "old", "empty"])
    let rest = try await logs.store.describeStreams(of: logs.group, in: latest, after: LogStreamMark(streams[0]))
    #expect(rest.map(\.name.description) == ["old", "empty"])
    let earliest = try await logs.store.describeStreams(of: logs.group, in: LogStreamOrder(.lastEvent), limit: 2)
    #expect(earliest.map(\.name.description) == ["empty", "old"])
  }

  @Test func `a deleted group is gone with its events and leaves its neighbours`() async throws {
    let logs = try await LogFixture()
    let neighbour = LogGroup(place: logs.group.place, name: try #require(LogGroupName("neighbour")))
    try await logs.log("a", (1, "x"))
    try await logs.log("a", (1, "y"), in: neighbour)
    try await logs.store.deleteGroup(logs.group)
    await #expect(throws: LogError.groupNotFound(logs.group.name)) { try await logs.store.deleteGroup(logs.group) }
    #expect(try await rows("log_batches", logs) == 1)
    #expect(try await rows("log_streams", logs) == 1)
    #expect(try await logs.messages(LogQuery(group: neighbour)) == ["y"])
  }

  @Test func `the number of a removed batch is not given again`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "x"))
    let first = try await logs.store.filter(LogQuery(group: logs.group)).events.map(\.id)
    try await logs.store.deleteGroup(logs.group)
    try await logs.log("a", (1, "x"))
    #expect(try await logs.store.filter(LogQuery(group: logs.group)).events.map(\.id) != first)
  }

  @Test func `a purge removes what is older and streams that went silent`() async throws {
    let logs = try await LogFixture()
    try await logs.store.append(try (0..<Int64(600)).map { try logs.batch("old", [line($0, "x")]) })
    try await logs.log("live", (500, "straddling"), (1500, "x"))
    try await logs.log("live", (999, "old"))
    #expect(try await logs.store.purge(olderThan: WallTime(milliseconds: 1000)) == 601)
    #expect(try await logs.messages(LogQuery(group: logs.group)) == ["straddling", "x"])
    #expect(try await logs.store.describeStreams(of: logs.group).map(\.name.description) == ["live"])
  }

  @Test func `a group keeps its events as many days as it says`() async throws {
    let logs = try await LogFixture()
    try await logs.store.createGroup(logs.group)
    try await logs.log("a", (1_000_000, "x"))
    try await logs.store.setRetention(days: 2, of: logs.group)
    #expect(try await logs.store.describeGroups(at: logs.group.place).map(\.retentionDays) == [2])
    #expect(try await logs.store.purge(olderThan: WallTime(milliseconds: 1_000_001)) == 0, "its own days count")
    logs.time.advance(by: .seconds(2 * 86_400))
    #expect(try await logs.store.purgeExpired() == 0)
    logs.time.advance(by: .milliseconds(1))
    #expect(try await logs.store.purgeExpired() == 1)
    try await logs.store.setRetention(days: nil, of: logs.group)
    try await logs.log("a", (1, "ancient"))
    #expect(try await logs.store.purgeExpired() == 0)
    #expect(try await logs.store.purge(olderThan: WallTime(milliseconds: 2)) == 1)
    let absent = LogGroup(place: logs.group.place, name: try #require(LogGroupName("absent")))
    await #expect(throws: LogError.groupNotFound(absent.name)) {
      try await logs.store.setRetention(days: 1, of: absent)
    }
  }

  @Test func `a group says how many sealed bytes it holds, whatever comes and goes`() async throws {
    let logs = try await LogFixture()
    let neighbour = LogGroup(place: logs.group.place, name: try #require(LogGroupName("neighbour")))
    try await logs.store.createGroup(neighbour)
    let long = String(repeating: "x", count: 10_000)
    try await logs.log("a", (1, long), (900_000, "y"))
    try await logs.store.append([
      try logs.batch("b", [line(2, "z")]), try logs.batch("a", [line(3, "w")]),
      try logs.batch("a", [line(3, "n")], in: neighbour),
    ])
    try await logs.store.append(try (0..<Int64(600)).map { try logs.batch("old", [line($0, "x")]) })
    #expect(try await storedBytes(logs.group, logs) > 10_000)
    #expect(try await storedBytes(logs.group, logs) == sealedBytes(logs.group, logs))
    #expect(try await storedBytes(neighbour, logs) == sealedBytes(neighbour, logs))
    _ = try await logs.store.purge(olderThan: WallTime(milliseconds: 1000))
    let left = try await storedBytes(logs.group, logs)
    #expect(try await left == sealedBytes(logs.group, logs) && left > 0 && left < 1000)
    #expect(try await storedBytes(neighbour, logs) == 0)
    try await logs.store.deleteGroup(logs.group)
    try await logs.store.createGroup(logs.group)
    #expect(try await storedBytes(logs.group, logs) == 0)
  }

  @Test func `what was stored before sizes were kept is counted`() async throws {
    let logs = try await LogFixture()
    try await logs.log("a", (1, "x"))
    let counted = try await storedBytes(logs.group, logs)
    let statements = LogSchema.sizeMigrations.flatMap(\.statements)
    try await logs.database.write { transaction in
      try transaction.execute("ALTER TABLE log_groups DROP COLUMN stored_bytes", [])
      for statement in statements { try transaction.execute(statement, []) }
    }
    #expect(try await storedBytes(logs.group, logs) == counted && counted > 0)
  }

  private func storedBytes(_ group: LogGroup, _ logs: LogFixture) async throws -> Int64 {
    let groups = try await logs.store.describeGroups(at: group.place)
    return try #require(groups.first { $0.group == group }).storedBytes
  }

  /// The same, from the batches themselves.
  private func sealedBytes(_ group: LogGroup, _ logs: LogFixture) async throws -> Int64 {
    try await logs.database.read { transaction in
      let sql = "SELECT COALESCE(SUM(length(sealed)), 0) AS bytes FROM log_batches WHERE log_group = ?"
      return try transaction.query(sql, [.text(group.name.description)]).first?.integer("bytes") ?? -1
    }
  }

  private func rows(_ table: String, _ logs: LogFixture) async throws -> Int {
    try await logs.database.read { try $0.query("SELECT * FROM \(table)", []).count }
  }
}
