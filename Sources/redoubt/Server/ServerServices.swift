import Core
import Execution
import Identity
import Logging
import ServiceLifecycle
import Telemetry

/// Runs the executor; on shutdown its environments end after the gate has finished its requests.
struct ExecutionService: Service {
  let executor: Executor

  func run() async throws {
    await cancelWhenGracefulShutdown { await executor.run() }
    await executor.shutDown()
  }
}

/// Writes logs and findings behind, and drops what is older than it has to be kept.
struct RecordsService: Service {
  let records: LogWriter
  let store: LogStore
  let findings: FindingRecorder
  let findingStore: FindingStore
  let retentionDays: Int
  let time: any TimeSource
  let log: Logger

  private static let purgeInterval = Duration.seconds(3600)

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await records.run() }
        group.addTask { await findings.run() }
        group.addTask { await purge() }
        try await group.waitForAll()
      }
    }
  }

  /// A purge that fails is tried again at the next interval: records must not take the server down.
  private func purge() async {
    repeat {
      let limit = time.wallTime().advanced(by: .seconds(-86_400 * retentionDays))
      do {
        _ = try await store.purge(olderThan: limit)
        _ = try await store.purgeExpired()
        try await findingStore.purge(olderThan: limit)
      } catch {
        log.error("old records could not be removed, will try again", metadata: ["error": "\(error)"])
      }
    } while (try? await Task.sleep(for: Self.purgeInterval)) != nil
  }
}

/// Writes behind what identities were seen to use: a crash takes along what is younger than `pause`.
struct ActivityService: Service {
  let store: ActivityStore
  let log: Logger

  private static let pause = Duration.seconds(10)
  private static let pausesBetweenPurges = 360

  func run() async {
    await cancelWhenGracefulShutdown {
      var pauses = 0
      while (try? await Task.sleep(for: Self.pause)) != nil {
        await attempt("stored") { try await store.flush() }
        pauses += 1
        if pauses % Self.pausesBetweenPurges == 0 { await attempt("purged") { try await store.purge() } }
      }
    }
    await attempt("stored") { try await store.flush() }
  }

  /// What fails is tried again at the next pause: a report must not take the server down.
  private func attempt(_ what: String, _ body: () async throws -> Void) async {
    do { try await body() } catch {
      log.error("activity could not be \(what), will try again", metadata: ["error": "\(error)"])
    }
  }
}
