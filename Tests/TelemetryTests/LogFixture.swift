import Core
import Cryptography
import Storage
import Testing

@testable import Telemetry

/// A log store on a database of its own, and short ways to write to it.
final class LogFixture: Sendable {
  let path: String
  let database: SQLiteDatabase
  let store: LogStore
  let time = ManualTimeSource(start: WallTime(milliseconds: 1_000_000))
  let group: LogGroup
  let account: AccountID
  let otherAccount: AccountID
  private let directory: OwnedDirectory

  init() async throws {
    directory = OwnedDirectory(try TemporaryDirectory())
    path = directory.path + "/db"
    account = try #require(AccountID("111111111111"))
    otherAccount = try #require(AccountID("222222222222"))
    let region = try #require(Region("us-east-1"))
    group = LogGroup(
      place: AccountRegion(account: account, region: region), name: try #require(LogGroupName("/aws/lambda/f")))
    database = try SQLiteDatabase.open(path: path)
    try await database.migrate(LogSchema.migrations + LogSchema.streamMigrations + LogSchema.sizeMigrations)
    store = LogStore(database: database, cipher: try testCipher(for: account, otherAccount), time: time)
  }

  func batch(_ stream: String, _ events: [LogEvent], in group: LogGroup? = nil) throws -> LogBatch {
    let group = group ?? self.group
    return LogBatch(
      place: group.place, group: group.name, stream: try #require(LogStreamName(stream)), events: events)
  }

  /// Stores one batch with a line at each of the times.
  func log(_ stream: String, _ lines: (Int64, String)..., in group: LogGroup? = nil) async throws {
    try await store.append([try batch(stream, lines.map(line), in: group)])
  }

  func messages(_ query: LogQuery) async throws -> [String] {
    try await store.filter(query).events.map(\.event.message)
  }

  /// Every page of the search, one after another.
  func pages(_ query: LogQuery, limit: Int, budget: Int = LogScan.usualBudget) async throws -> [LogPage] {
    var pages: [LogPage] = []
    repeat {
      pages.append(try await store.filter(query, limit: limit, after: pages.last?.cursor, budget: budget))
    } while pages.last?.cursor != nil && pages.count < 10_000
    return pages
  }
}

/// A line of a function, `time` in milliseconds since the epoch.
func line(_ time: Int64, _ message: String) -> LogEvent {
  LogEvent(
    timestamp: WallTime(milliseconds: time), ingestion: WallTime(milliseconds: time + 1), message: message,
    origin: .function)
}

private final class OwnedDirectory: Sendable {
  private let directory: TemporaryDirectory
  var path: String { directory.path }
  init(_ directory: consuming TemporaryDirectory) { self.directory = directory }
}
