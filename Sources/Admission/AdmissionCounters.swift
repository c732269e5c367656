import Synchronization

/// What admission counts, for metrics; safe from any thread.
package final class AdmissionCounters: Sendable {
  private let admittedCount = Atomic<Int>(0)
  private let throttles = Mutex<[Throttle.Reason: Int]>([:])

  package var admitted: Int { admittedCount.load(ordering: .relaxed) }

  package func count(of reason: Throttle.Reason) -> Int { throttles.withLock { $0[reason] ?? 0 } }

  /// - Parameter reason: nil for an invocation that was admitted.
  func count(_ reason: Throttle.Reason?) {
    guard let reason else {
      admittedCount.add(1, ordering: .relaxed)
      return
    }
    throttles.withLock { $0[reason, default: 0] += 1 }
  }
}
