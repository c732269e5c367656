package import Core
package import Policy
package import Storage
import Synchronization

/// The policies of functions, versions, aliases and layer versions: on disk, and compiled in memory for decisions without
/// any `await`.
package final class ResourcePolicies: Sendable {
  private struct Entry {
    /// nil for one that is gone.
    let whole: PolicyDocument?
    /// Without what everybody may do.
    let narrow: PolicyDocument?
    let place: String
    let sequence: UInt64
  }

  private struct State {
    /// By ARN.
    var entries: [String: Entry] = [:]
    /// Where everybody may be allowed something, as `account/region`.
    var publicPlaces: Set<String> = []
    /// Of the last change of each of them.
    var publicSequences: [String: UInt64] = [:]
  }

  /// What a transaction has made of some policies, to be taken over once it is on disk.
  struct Changes: Sendable {
    fileprivate let resources: [(arn: ARN, policy: ResourcePolicy?)]
    fileprivate let sequence: UInt64
  }

  private let database: any Database
  private let random: any RandomSource
  private let store = ResourcePolicyStore()
  private let order = CommitOrder()
  private let state = Mutex(State())

  package init(database: any Database, random: any RandomSource) {
    self.database = database
    self.random = random
  }

  /// Fills the memory from the database; once, at start.
  package func load() async throws {
    let (all, places) = try await database.read { [store] transaction in
      (try store.all(transaction), try store.publicPlaces(transaction))
    }
    state.withLock { $0.publicPlaces = Set(places.map(Self.text)) }
    for (arn, policy) in all { try apply(Changes(resources: [(arn, policy)], sequence: 0)) }
  }

  /// The policy of that ARN for decisions; nil where there is none.
  package func document(of arn: String) -> PolicyDocument? {
    state.withLock { state in
      guard !state.entries.isEmpty, let entry = state.entries[arn] else { return nil }
      return state.publicPlaces.contains(entry.place) ? entry.whole : entry.narrow
    }
  }

  /// - Throws: `ResourcePolicyError.none`.
  package func policy(of resource: ARN) async throws -> ResourcePolicy {
    let found = try await database.read { [store] transaction in try store.policy(of: resource, transaction) }
    guard let found else { throw ResourcePolicyError.none }
    return found
  }

  /// Adds a statement.
  ///
  /// - Parameters:
  ///   - revisionID: when given, the revision that the caller believes to change.
  ///   - check: looks, in the same transaction, whether the resource is there.
  /// - Throws: `ResourcePolicyError`, and what `check` throws.
  package func add(
    _ permission: Permission, to resource: ARN, revisionID: String?,
    _ check: @escaping @Sendable (any Transaction) throws -> Void
  ) async throws -> ResourcePolicy {
    try await change(resource, revisionID, check) { current, isPublicAllowed in
      let statements = current?.statements ?? []
      guard !statements.contains(where: { $0.id == permission.id }) else {
        throw ResourcePolicyError.statementExists(permission.id)
      }
      guard isPublicAllowed || !permission.isPublic else { throw ResourcePolicyError.isPublic }
      return statements + [permission]
    }
  }

  /// Takes a statement away.
  ///
  /// - Throws: as `add`; `ResourcePolicyError.none`, `.noStatement`.
  package func remove(
    _ id: String, from resource: ARN, revisionID: String?,
    _ check: @escaping @Sendable (any Transaction) throws -> Void
  ) async throws {
    _ = try await change(resource, revisionID, check) { current, _ in
      guard let current else { throw ResourcePolicyError.none }
      let left = current.statements.filter { $0.id != id }
      guard left.count < current.statements.count else { throw ResourcePolicyError.noStatement(id) }
      return left
    }
  }

  package func isPublicAccessAllowed(at place: AccountRegion) -> Bool {
    state.withLock { $0.publicPlaces.contains(Self.text(place)) }
  }

  /// Sets whether policies may allow everybody something. Where they may not, none that does so counts any more.
  package func setPublicAccess(_ isAllowed: Bool, at place: AccountRegion) async throws {
    let sequence = try await database.write { [store, order] transaction in
      try store.setPublicAccess(isAllowed, at: place, transaction)
      return order.next()
    }
    state.withLock { state in
      guard sequence > state.publicSequences[Self.text(place)] ?? 0 else { return }
      state.publicSequences[Self.text(place)] = sequence
      if isAllowed { state.publicPlaces.insert(Self.text(place)) } else { state.publicPlaces.remove(Self.text(place)) }
    }
  }

  /// Deletes the policies of a function with all its versions and aliases.
  func deleteAll(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> Changes {
    try delete(try store.resources(of: name, at: place, transaction), transaction)
  }

  /// Deletes the policies of those of the resources that have one.
  func delete(_ resources: [ARN], _ transaction: any Transaction) throws -> Changes {
    let resources = try resources.filter { try store.policy(of: $0, transaction) != nil }
    for resource in resources { try store.delete(resource, transaction) }
    return Changes(resources: resources.map { ($0, nil) }, sequence: order.next())
  }

  /// Takes a change over that is on disk; one that another has overtaken is passed over.
  ///
  /// - Throws: `FunctionError.unreadableRecord`.
  func apply(_ changes: Changes) throws {
    for (arn, policy) in changes.resources {
      let entry = Entry(
        whole: try policy?.compiled(withPublic: true), narrow: try policy?.compiled(withPublic: false),
        place: "\(arn.account)/\(arn.region)", sequence: changes.sequence)
      state.withLock { state in
        guard state.entries[arn.description].map({ $0.sequence <= entry.sequence }) ?? true else { return }
        state.entries[arn.description] = entry
      }
    }
  }

  private func change(
    _ resource: ARN, _ revisionID: String?, _ check: @escaping @Sendable (any Transaction) throws -> Void,
    _ change: @escaping @Sendable (ResourcePolicy?, _ isPublicAllowed: Bool) throws -> [Permission]
  ) async throws -> ResourcePolicy {
    let next = RequestID(from: random).description
    let (policy, changes) = try await database.write { [self] transaction in
      try check(transaction)
      let current = try store.policy(of: resource, transaction)
      if let revisionID, revisionID != current?.revisionID { throw ResourcePolicyError.revisionMismatch }
      let isPublicAllowed = try store.publicPlaces(transaction).contains { Self.text($0) == Self.text(resource) }
      let policy = ResourcePolicy(statements: try change(current, isPublicAllowed), revisionID: next)
      guard policy.size <= ResourcePolicy.sizeLimit else {
        throw ResourcePolicyError.tooLong(size: policy.size, limit: ResourcePolicy.sizeLimit)
      }
      guard !policy.statements.isEmpty else { return (policy, try delete([resource], transaction)) }
      try store.set(policy, of: resource, transaction)
      return (policy, Changes(resources: [(resource, policy)], sequence: order.next()))
    }
    try apply(changes)
    return policy
  }

  private static func text(_ place: AccountRegion) -> String { "\(place.account)/\(place.region)" }

  private static func text(_ resource: ARN) -> String { "\(resource.account)/\(resource.region)" }
}
