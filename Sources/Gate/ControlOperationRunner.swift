import ServiceLifecycle
package import Wire

/// Runs control operations, which are async, away from the event loops: a bounded number at once, a bounded number
/// waiting.
///
/// It must outlive the gates that feed it: in a `ServiceGroup` it stands before them, so that it is shut down after
/// them. On graceful shutdown it takes nothing new and returns when what it has is done.
package struct ControlOperationRunner: Service {
  package typealias Run = @Sendable () async -> OperationResponse

  private struct Job: Sendable {
    let run: Run
    let reply: ChannelResponseStream
  }

  private let concurrency: Int
  private let jobs: AsyncStream<Job>
  private let queue: AsyncStream<Job>.Continuation

  /// - Parameters:
  ///   - concurrency: operations that run at once; at least 1.
  ///   - waiting: operations that may wait; at least 1.
  package init(concurrency: Int = 64, waiting: Int = 1024) {
    self.concurrency = max(1, concurrency)
    (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(max(1, waiting)))
  }

  /// - Returns: false when too many wait already, or the runner is shutting down: the reply is left untouched.
  func submit(reply: ChannelResponseStream, _ run: @escaping Run) -> Bool {
    switch queue.yield(Job(run: run, reply: reply)) {
    case .enqueued: true
    default: false
    }
  }

  package func run() async throws {
    await withGracefulShutdownHandler {
      await work()
    } onGracefulShutdown: { [queue] in
      queue.finish()
    }
  }

  private func work() async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      for await job in jobs {
        if running == concurrency {
          await group.next()
          running -= 1
        }
        running += 1
        group.addTask { job.reply.send(await job.run()) }
      }
    }
  }
}
