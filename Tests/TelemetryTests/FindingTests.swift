import Core
import Logging
import Storage
import Testing

@testable import Telemetry

struct FindingTests {
  private let directory: String
  private let database: SQLiteDatabase
  private let store: FindingStore
  private let time = ManualTimeSource()
  private let place: AccountRegion
  private let owner: OwnedTestDirectory

  init() async throws {
    owner = OwnedTestDirectory(try TemporaryDirectory())
    directory = owner.path
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
    database = try SQLiteDatabase.open(path: directory + "/db")
    try await database.migrate(FindingStore.migrations)
    store = FindingStore(database: database, random: SeededRandomSource(seed: 1))
  }

  @Test func `a finding is listed as it was recorded`() async throws {
    let recorder = recorder()
    recorder.record(finding("damaged"))
    #expect(await recorder.flush())
    let record = try #require(try await store.list(at: place, limit: 10, after: nil).records.first)
    #expect(record.finding == finding("damaged"))
    #expect((record.count, record.first) == (1, time.wallTime()))
  }

  @Test func `equal findings within the window are one, with a count`() async throws {
    let recorder = recorder()
    let first = time.wallTime()
    for _ in 0..<3 { recorder.record(finding("damaged")) }
    await recorder.flush()
    time.advance(by: .seconds(60))
    recorder.record(finding("damaged"))
    recorder.record(finding("other"))
    await recorder.flush()
    let records = try await store.list(at: place, limit: 10, after: nil).records
    #expect(records.map(\.count) == [1, 4])
    #expect(records.last?.first == first)
    #expect(records.last?.last == time.wallTime())
  }

  @Test func `after the window the same is a new finding`() async throws {
    let recorder = recorder()
    recorder.record(finding("damaged"))
    await recorder.flush()
    time.advance(by: FindingStore.window + .seconds(1))
    recorder.record(finding("damaged"))
    await recorder.flush()
    #expect(try await store.list(at: place, limit: 10, after: nil).records.map(\.count) == [1, 1])
  }

  @Test func `pages show every finding of the place once, the newest first`() async throws {
    let recorder = recorder()
    for number in 0..<5 {
      recorder.record(finding("\(number)"))
      await recorder.flush()
    }
    let elsewhere = AccountRegion(account: try #require(AccountID("222222222222")), region: place.region)
    recorder.record(finding("elsewhere", at: elsewhere))
    await recorder.flush()
    var (seen, cursor): ([String], Int64?) = ([], nil)
    repeat {
      let page = try await store.list(at: place, limit: 2, after: cursor)
      seen += page.records.map(\.finding.description)
      cursor = page.cursor
    } while cursor != nil
    #expect(seen == ["4", "3", "2", "1", "0"])
  }

  @Test func `what did not come again for long is removed`() async throws {
    let recorder = recorder()
    recorder.record(finding("old"))
    await recorder.flush()
    time.advance(by: .seconds(100))
    recorder.record(finding("new"))
    await recorder.flush()
    try await store.purge(olderThan: time.wallTime().advanced(by: .seconds(-50)))
    #expect(try await store.list(at: place, limit: 10, after: nil).records.map(\.finding.description) == ["new"])
  }

  @Test func `findings that cannot be stored are kept and counted on`() async throws {
    let other = try SQLiteDatabase.open(path: directory + "/empty")
    let recorder = FindingRecorder(
      store: FindingStore(database: other, random: SeededRandomSource(seed: 1)), time: time,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    recorder.record(finding("damaged"))
    #expect(await recorder.flush() == false)
    recorder.record(finding("damaged"))
    try await other.migrate(FindingStore.migrations)
    #expect(await recorder.flush())
    let stored = FindingStore(database: other, random: SeededRandomSource(seed: 1))
    #expect(try await stored.list(at: place, limit: 10, after: nil).records.map(\.count) == [2])
  }

  private func recorder() -> FindingRecorder {
    FindingRecorder(store: store, time: time, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func finding(_ description: String, at place: AccountRegion? = nil) -> Finding {
    Finding(
      place: place ?? self.place, severity: .critical, control: "code-integrity", resource: "arn:aws:lambda:x",
      description: description, remediation: "deploy again")
  }
}

private final class OwnedTestDirectory: Sendable {
  private let directory: TemporaryDirectory
  var path: String { directory.path }
  init(_ directory: consuming TemporaryDirectory) { self.directory = directory }
}
