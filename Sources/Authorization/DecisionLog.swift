package import Core
package import Policy
import Synchronization

/// One decision with all that it rested on.
package struct DecisionRecord: Sendable {
  package let requestID: RequestID
  package let account: AccountID
  package let time: WallTime
  package let question: PolicyQuestion
  package let decision: PolicyDecision
  /// The names of the caller's own policies, in the order in which the evaluator saw them.
  package let identityPolicies: [String]
  package let policies: PolicySet
}

/// The latest decisions, in memory. Those that allow cannot push out those that deny.
package final class DecisionLog: Sendable {
  private let allowances: Mutex<Ring>
  private let denials: Mutex<Ring>

  /// - Parameter capacity: how many of each kind are kept, at least 1.
  package init(capacity: Int = 10_000) {
    allowances = Mutex(Ring(capacity: capacity))
    denials = Mutex(Ring(capacity: capacity))
  }

  func add(_ record: DecisionRecord) {
    if record.decision.isAllowed {
      allowances.withLock { $0.add(record) }
    } else {
      denials.withLock { $0.add(record) }
    }
  }

  /// The decisions of one request of an account, in the order in which they were made.
  package func decisions(of id: RequestID, in account: AccountID) -> [DecisionRecord] {
    let all = allowances.withLock { $0.records } + denials.withLock { $0.records }
    return all.filter { $0.requestID == id && $0.account == account }
  }

  /// The last records, in no order but the one of each request.
  private struct Ring {
    private(set) var records: [DecisionRecord] = []
    private let capacity: Int
    private var next = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func add(_ record: DecisionRecord) {
      if records.count < capacity {
        records.append(record)
      } else {
        records[next] = record
      }
      next = (next + 1) % capacity
    }
  }
}
