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
    /// Service control policies by level, from the organization down.
    package let serviceControls: [[String]]
    /// Resource control policies by level, from the organization down.
    package let resourceControls: [[String]]

    /// - Parameters:
    ///   - own: those of the caller; nil where the record is not for the caller's account.
    ///   - guardrails: on the side of the caller and on that of the resource.
    init(
      _ own: PrincipalPolicies?, _ set: PolicySet, _ guardrails: (caller: GuardrailLevels, resource: GuardrailLevels)
    ) {
      identity = own?.names ?? []
      hasResourcePolicy = set.resource != nil
      hasBoundary = own != nil && set.boundary != nil
      session = own == nil ? nil : set.session?.count
      serviceControls = guardrails.caller.names
      resourceControls = guardrails.resource.names
    }
  }
}

extension ConditionKeys {
  /// What is worth remembering: no secret of a customer, and of a client's long texts their beginnings.
  fileprivate var remembered: ConditionKeys {
    if isEmpty { return self }
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
/// about others', nor those of one account those of another, nor those about who comes from outside of an account those
/// about its own callers.
package final class DecisionLog: Sendable {
  /// Those of one request stand in this order: the first denial ends it.
  private enum Kind: Int, CaseIterable {
    case allowance
    case denial
    case allowanceInside
    case denialInside
    case allowanceOfStranger
    case denialOfStranger

    init(isAllowed: Bool, isInside: Bool, isOfStranger: Bool) {
      if isOfStranger {
        self = isAllowed ? .allowanceOfStranger : .denialOfStranger
      } else if isInside {
        self = isAllowed ? .allowanceInside : .denialInside
      } else {
        self = isAllowed ? .allowance : .denial
      }
    }
  }

  /// By kind.
  private let shelves: Mutex<[Shelf]>

  /// - Parameter capacity: how many of each kind are kept, at least 1: the accounts share that equally.
  package init(capacity: Int = 10_000) { shelves = Mutex(Kind.allCases.map { _ in Shelf(capacity: capacity) }) }

  /// - Parameters:
  ///   - isInside: whether the request came from an execution environment.
  ///   - isOfStranger: whether the caller is of another account than the record, or of none.
  /// - Returns: what is remembered of it.
  @discardableResult
  func add(_ record: DecisionRecord, isInside: Bool, isOfStranger: Bool = false) -> DecisionRecord {
    var record = record
    record.question.keys = record.question.keys.remembered
    if record.question.resource.utf8.count > 2048 {
      record.question.resource = String(record.question.resource.prefix(2048))
    }
    let kind = Kind(isAllowed: record.decision.isAllowed, isInside: isInside, isOfStranger: isOfStranger)
    shelves.withLock { $0[kind.rawValue].add(record) }
    return record
  }

  /// Adds what each side may know.
  ///
  /// - Returns: what is remembered for the caller's account.
  func add(_ sides: TwoSidedDecision, at time: WallTime, isInside: Bool) -> DecisionRecord {
    if let ofOwner = sides.ofOwner(time) { add(ofOwner, isInside: isInside, isOfStranger: true) }
    return add(sides.ofCaller(time), isInside: isInside)
  }

  /// The decisions of one request of an account, in the order in which they were made.
  package func decisions(of id: RequestID, in account: AccountID) -> [DecisionRecord] {
    shelves.withLock { $0 }.flatMap { $0.records(of: account).filter { $0.requestID == id } }
  }

  /// The last records of one kind.
  private struct Shelf {
    let capacity: Int
    private var rings: [AccountID: Ring] = [:]

    init(capacity: Int) { self.capacity = capacity }

    func records(of account: AccountID) -> [DecisionRecord] { rings[account]?.records ?? [] }

    mutating func add(_ record: DecisionRecord) {
      let isNew = rings[record.account] == nil
      if isNew { rings[record.account] = Ring() }
      let share = max(1, capacity / rings.count)
      if isNew { rings = rings.mapValues { $0.keeping(share) } }
      rings[record.account]?.add(record, capacity: share)
    }
  }

  /// The last records of one account, in no order but the one of each request.
  private struct Ring {
    private(set) var records: [DecisionRecord] = []
    private var next = 0

    mutating func add(_ record: DecisionRecord, capacity: Int) {
      if records.count < capacity {
        records.append(record)
      } else {
        records[next] = record
      }
      next = (next + 1) % capacity
    }

    /// The same with room for so many, at least 1: the oldest of more are dropped.
    func keeping(_ count: Int) -> Ring {
      var kept = Ring()
      kept.records = Array((records[next...] + records[..<next]).suffix(count))
      kept.next = kept.records.count % count
      return kept
    }
  }
}
