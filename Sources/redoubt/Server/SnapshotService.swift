import Execution
import Functions
import Logging
import ServiceLifecycle

/// Stores what became of the first environments of snap-started versions, from which moment on they can be invoked.
struct SnapshotService: Service {
  let outcomes: AsyncStream<SnapshotOutcome>
  let registry: FunctionRegistry
  let log: Logger

  private static let pauseAfterFailure = Duration.seconds(1)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await outcome in outcomes { await record(outcome) }
    }
  }

  private func record(_ outcome: SnapshotOutcome) async {
    repeat {
      do {
        return try await registry.recordSnapshot(of: outcome.version, failure: outcome.failure)
      } catch {
        log.error(
          "the state of a version could not be stored, will try again",
          metadata: ["version": "\(outcome.version.qualifiedARN)", "error": "\(error)"])
      }
    } while (try? await Task.sleep(for: Self.pauseAfterFailure)) != nil
  }
}
