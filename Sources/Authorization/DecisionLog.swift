package import Core
import Identity
package import Policy
import Synchronization

/// One decision with all that it rested on.
package struct DecisionRecord: Sendable {
  package let requestID: RequestID
  package let account: AccountID
  package let time: WallTime
  package var question: PolicyQuestion
  package let decision: PolicyDecision
  package let policies: Policies

  /// Which policies were looked at: their names, so that no record keeps a document alive.
  package struct Policies: Sendable {
    /// Of the caller's own policies, in the order in which the evaluator saw them.
    package let identity: [String]
    package let hasResourcePolicy: Bool
    package let hasBoundary: Bool
    /// How many narrow the session; nil where none can.
    package let session: Int?

    init(_ own: PrincipalPolicies, _ set: PolicySet) {
      identity = own.names
      hasResourcePolicy = set.resource != nil
      hasBoundary = set.boundary != nil
      session = set.session?.count
    }

    /// Services of the platform, and those for whom identity providers vouch, have no policies of their own.
    init(ofStrangerBy set: PolicySet) {
      identity = []
      hasResourcePolicy = set.resource != nil
      hasBoundary = false
      session = nil
    }
  }
}

extension ConditionKeys {
  /// What is worth remembering: no secret of a customer, and of a client's long texts their beginnings.
  fileprivate var remembered: ConditionKeys {
    var kept = ConditionKeys()
    for (name, value) in all.sorted(by: { $0.name < $1.name }).prefix(100) where name != "sts:externalid" {
      switch value {
      case .single(let text): kept[String(name.prefix(256))] = .single(String(text.prefix(256)))
      case .list(let texts): kept[String(name.prefix(256))] = .list(texts.prefix(50).map { String($0.prefix(256)) })
      }
    }
    return kept
  }
}

/// The latest decisions, in memory. Those that allow cannot push out those that deny, nor those about functions' calls those
/// about others'.
package final class DecisionLog: Sendable {
  /// Those of one request stand in this order: the first denial ends it.
  private enum Kind: Int, CaseIterable {
    case allowance
    case denial
    case allowanceInside
    case denialInside

    init(isAllowed: Bool, isInside: Bool) {
      self = isInside ? (isAllowed ? .allowanceInside : .denialInside) : (isAllowed ? .allowance : .denial)
    }
  }

  /// By kind.
  private let rings: Mutex<[Ring]>

  /// - Parameter capacity: how many of each kind are kept, at least 1.
  package init(capacity: Int = 10_000) { rings = Mutex(Kind.allCases.map { _ in Ring(capacity: capacity) }) }

  /// - Parameter isInside: whether the request came from an execution environment.
  func add(_ record: DecisionRecord, isInside: Bool) {
    var record = record
    record.question.keys = record.question.keys.remembered
    if record.question.resource.utf8.count > 2048 {
      record.question.resource = String(record.question.resource.prefix(2048))
    }
    let kind = Kind(isAllowed: record.decision.isAllowed, isInside: isInside)
    rings.withLock { $0[kind.rawValue].add(record) }
  }

  /// The decisions of one request of an account, in the order in which they were made.
  package func decisions(of id: RequestID, in account: AccountID) -> [DecisionRecord] {
    rings.withLock { $0 }.flatMap { ring in
      ring.records.filter { $0.requestID == id && $0.account == account }
    }
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
