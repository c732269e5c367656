import Synchronization

/// What the gate counts, for metrics: shared by all connections of a listener, safe from any thread.
package final class GateCounters: Sendable {
  private let open = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)
  private let answered = Atomic<Int>(0)
  private let clientsGone = Atomic<Int>(0)
  private let aborted = Atomic<Int>(0)
  private let refusals = Mutex<[Refusal: Int]>([:])

  package init() {}

  package var openConnections: Int { open.load(ordering: .relaxed) }
  package var acceptedConnections: Int { accepted.load(ordering: .relaxed) }
  /// Answers that were completed, whatever their status.
  package var answeredRequests: Int { answered.load(ordering: .relaxed) }
  /// Requests whose client left before the answer was complete.
  package var clientDepartures: Int { clientsGone.load(ordering: .relaxed) }
  /// Answers that were broken off by the server.
  package var abortedAnswers: Int { aborted.load(ordering: .relaxed) }

  package func count(of refusal: Refusal) -> Int { refusals.withLock { $0[refusal] ?? 0 } }

  func connectionOpened() {
    open.add(1, ordering: .relaxed)
    accepted.add(1, ordering: .relaxed)
  }

  func connectionClosed() { open.subtract(1, ordering: .relaxed) }

  func refused(_ refusal: Refusal) { refusals.withLock { $0[refusal, default: 0] += 1 } }

  func finished(_ outcome: AccessRecord.Outcome) {
    switch outcome {
    case .answered, .refused: answered.add(1, ordering: .relaxed)
    case .clientLeft: clientsGone.add(1, ordering: .relaxed)
    case .aborted: aborted.add(1, ordering: .relaxed)
    }
  }
}
