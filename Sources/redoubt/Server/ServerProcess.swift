import Core
import Dispatch
import Identity
import Logging
import Synchronization

/// The server process: everything but the supervision and the making of sandboxes.
enum ServerProcess {
  /// Serves until SIGTERM and returns when all that was under way is done.
  ///
  /// - Parameter supervisor: the control connection; taken over.
  static func run(_ configuration: ServeConfiguration, supervisor: Int32) throws {
    OpenFileLimit.raise()
    OpenFileLimit.makeTable(for: configuration)
    let socket = MessageSocket(descriptor: Descriptor(owning: supervisor))
    try wait {
      do {
        let server = try await ServerComposition(configuration, time: SystemTimeSource(), random: SystemRandomSource())
        try await server.run(supervisor: socket)
      } catch let error as IdentityError where error.code == .foreignCredentials {
        throw CommandFailure(
          .configuration,
          "\(error.message): give each data directory a secrets directory of its own, with --secrets-dir")
      }
    }
  }

  /// Runs async work from the main thread, which has nothing else to do. The only place where a task is started
  /// without a group around it.
  private static func wait(for work: @escaping @Sendable () async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let box = OutcomeBox()
    Task {
      do {
        try await work()
      } catch {
        box.error.withLock { $0 = error }
      }
      done.signal()
    }
    done.wait()
    if let error = box.error.withLock({ $0 }) { throw error }
  }
}

/// Where a task leaves its error for the thread that waits for it.
private final class OutcomeBox: Sendable {
  let error = Mutex<(any Error)?>(nil)
}
