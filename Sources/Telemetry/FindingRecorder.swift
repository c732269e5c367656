package import Core
package import Logging
import Synchronization

/// A finding that came some times.
package struct FindingOccurrences: Hashable, Sendable {
  package let finding: Finding
  package let first: WallTime
  package var last: WallTime
  package var count: Int

  package init(finding: Finding, first: WallTime, last: WallTime, count: Int) {
    self.finding = finding
    self.first = first
    self.last = last
    self.count = count
  }
}

/// Takes findings from any thread without ever blocking it, and writes them behind; equal ones are counted together.
package final class FindingRecorder: Sendable {
  /// Different findings that may wait for the disk; more are in the server's log only.
  private static let mostWaiting = 1024
  private static let retryPause = Duration.seconds(1)

  private let store: FindingStore
  private let time: any TimeSource
  private let log: Logger
  private let waiting = Mutex<[Finding: FindingOccurrences]>([:])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  package init(store: FindingStore, time: any TimeSource, log: Logger) {
    self.store = store
    self.time = time
    self.log = log
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Keeps the finding for the next write. Never blocks or fails.
  package func record(_ finding: Finding) {
    let now = time.wallTime()
    let isKept = waiting.withLock { waiting in
      if waiting[finding] == nil {
        guard waiting.count < Self.mostWaiting else { return false }
        waiting[finding] = FindingOccurrences(finding: finding, first: now, last: now, count: 0)
      }
      waiting[finding]?.last = now
      waiting[finding]?.count += 1
      return true
    }
    guard !isKept else {
      signal.yield()
      return
    }
    log.error(
      "a finding found no room", metadata: ["resource": "\(finding.resource)", "what": "\(finding.description)"])
  }

  /// Writes whatever comes until the task is cancelled, and the rest then.
  package func run() async {
    for await _ in signals {
      if await !flush() {
        try? await Task.sleep(for: Self.retryPause)
        signal.yield()
      }
    }
    await flush()
  }

  /// - Returns: false when the findings could not be stored; they are kept.
  @discardableResult
  package func flush() async -> Bool {
    let taken = waiting.withLock { waiting in
      defer { waiting = [:] }
      return waiting
    }
    guard !taken.isEmpty else { return true }
    do {
      try await store.add(taken.values.sorted { $0.first < $1.first })
      return true
    } catch {
      log.error("findings could not be stored, will try again", metadata: ["error": "\(error)"])
      waiting.withLock { $0.merge(taken) { new, old in old.adding(new) } }
      return false
    }
  }
}

extension FindingOccurrences {
  fileprivate func adding(_ later: FindingOccurrences) -> FindingOccurrences {
    FindingOccurrences(finding: finding, first: first, last: later.last, count: count + later.count)
  }
}
