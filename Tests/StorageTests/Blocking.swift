import Dispatch

/// Waits for a task from a thread that is not of the cooperative pool, as a transaction's body is.
enum Blocking {
  static func wait(for stream: AsyncStream<Void>) {
    let semaphore = DispatchSemaphore(value: 0)
    Task {
      for await _ in stream {}
      semaphore.signal()
    }
    semaphore.wait()
  }
}
