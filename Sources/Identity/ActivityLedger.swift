package import Core
import Synchronization

/// What users and roles asked for, and what access keys were last used for: in memory, noted on the way of each request
/// without any `await`. `ActivityStore` has it on disk, written behind.
package final class ActivityLedger: Sendable {
  /// Resources that are remembered for one action of an identity, and for all together.
  static let resourceLimit = 50
  static let totalResourceLimit = 100_000
  /// Bytes of a resource's name; what is longer is not remembered.
  static let longestResource = 512

  private let state = Mutex(State())

  package init() {}

  /// Notes one action that a principal asked for, and whether policies allowed it.
  ///
  /// - Parameter action: for example `lambda:InvokeFunction`; the names of operations, so that there are not many.
  package func note(
    _ action: String, on resource: String, by principal: Principal, isAllowed: Bool, in region: Region,
    at time: WallTime
  ) {
    let holder = principal.holderID
    state.withLock {
      $0.note(action, resource, holder, isAllowed: isAllowed, region.description, at: time.seconds)
    }
  }

  /// Notes that a long-term key signed a request.
  ///
  /// - Parameter service: for example `lambda`.
  package func note(_ key: AccessKeyID, for service: String, in region: Region, at time: WallTime) {
    state.withLock { $0.note(key, AccessKeyUse(at: time.seconds, service: service, region: region.description)) }
  }

  /// What the user or role of that unique id asked for, by action.
  package func actions(of id: String) -> [String: ActionUse] { state.withLock { $0.entities[id] ?? [:] } }

  /// Nil for a key that never signed anything.
  package func use(of key: AccessKeyID) -> AccessKeyUse? { state.withLock { $0.keys[key] } }

  /// The last request of the user or role of that unique id; nil when there was none.
  package func lastUse(of id: String) -> ActionUse? { actions(of: id).values.max { $0.attemptedAt < $1.attemptedAt } }

  /// Since when it is noted, in seconds since 1970.
  package var since: Int64 { state.withLock { $0.since } }

  /// Takes up what was on disk; once, at start.
  func restore(_ content: ActivityChanges, since: Int64) {
    state.withLock { state in
      state.since = since
      for row in content.actions { state.restore(row) }
      for row in content.keys { state.keys[row.key] = row.use }
    }
  }

  /// What is not on disk yet. It counts as written from now on: give it back with `keep` when it could not be.
  func takeChanges() -> ActivityChanges { state.withLock { $0.takeChanges() } }

  /// What could not be written is due again.
  func keep(_ changes: ActivityChanges) {
    state.withLock { state in
      for row in changes.actions { state.changed.insert(row.place) }
      for row in changes.keys { state.changedKeys.insert(row.key) }
    }
  }

  /// Drops what is older, and what belongs to nobody any more.
  func forget(before time: WallTime, unless isThere: (String) -> Bool, _ hasKey: (AccessKeyID) -> Bool) {
    state.withLock { $0.forget(before: time.seconds, unless: isThere, hasKey) }
  }
}

/// When an identity asked for an action. Times are seconds since 1970.
package struct ActionUse: Hashable, Sendable {
  /// Allowed or not.
  package var attemptedAt: Int64
  /// Nil while it was never allowed.
  package var allowedAt: Int64?
  /// Of the last attempt.
  package var region: String
  /// On which it was allowed, with the last time of each.
  package var resources: [String: Int64] = [:]
  /// Whether it was allowed on others, too, for which there was no room.
  package var hasMoreResources = false
}

/// The last request that an access key signed.
package struct AccessKeyUse: Hashable, Sendable {
  /// Seconds since 1970.
  package let at: Int64
  package let service: String
  package let region: String
}

/// What the disk has to know.
struct ActivityChanges: Sendable {
  var actions: [ActivityRow] = []
  var keys: [(key: AccessKeyID, use: AccessKeyUse)] = []

  var isEmpty: Bool { actions.isEmpty && keys.isEmpty }
}

/// One action of one identity; or one resource of that, which has only `allowedAt`.
struct ActivityRow: Hashable, Sendable {
  struct Place: Hashable, Sendable {
    let entity: String
    let action: String
    /// Empty for the action as a whole.
    let resource: String
  }

  let place: Place
  let attemptedAt: Int64
  let allowedAt: Int64?
  let region: String
  let hasMoreResources: Bool
}

private struct State {
  var since: Int64 = 0
  /// By the unique id of the user or role, then by action.
  var entities: [String: [String: ActionUse]] = [:]
  var keys: [AccessKeyID: AccessKeyUse] = [:]
  var changed: Set<ActivityRow.Place> = []
  var changedKeys: Set<AccessKeyID> = []
  private var resourceCount = 0

  mutating func note(
    _ action: String, _ resource: String, _ holder: String, isAllowed: Bool, _ region: String, at now: Int64
  ) {
    let isNew = update(holder, action) { use in
      var isNew = use.region != region
      use.region = region
      if use.attemptedAt < now { (use.attemptedAt, isNew) = (now, true) }
      if isAllowed, use.allowedAt ?? -1 < now { (use.allowedAt, isNew) = (now, true) }
      return isNew
    }
    if isNew { changed.insert(ActivityRow.Place(entity: holder, action: action, resource: "")) }
    if isAllowed { note(action, resource, holder, at: now) }
  }

  private mutating func note(_ action: String, _ resource: String, _ holder: String, at now: Int64) {
    let isFull = resourceCount >= ActivityLedger.totalResourceLimit
    var (isKnown, isKept) = (false, true)
    let isNew = update(holder, action) { use in
      if let last = use.resources[resource] {
        isKnown = true
        guard last < now else { return false }
      } else {
        isKept =
          !isFull && use.resources.count < ActivityLedger.resourceLimit
          && resource.utf8.count <= ActivityLedger.longestResource
        guard isKept else {
          defer { use.hasMoreResources = true }
          return !use.hasMoreResources
        }
      }
      use.resources[resource] = now
      return true
    }
    if isKept, !isKnown { resourceCount += 1 }
    if isNew { changed.insert(ActivityRow.Place(entity: holder, action: action, resource: isKept ? resource : "")) }
  }

  private mutating func update(_ holder: String, _ action: String, _ body: (inout ActionUse) -> Bool) -> Bool {
    body(&entities[holder, default: [:]][action, default: ActionUse(attemptedAt: 0, allowedAt: nil, region: "")])
  }

  mutating func note(_ key: AccessKeyID, _ use: AccessKeyUse) {
    guard keys[key] != use else { return }
    keys[key] = use
    changedKeys.insert(key)
  }

  mutating func restore(_ row: ActivityRow) {
    _ = update(row.place.entity, row.place.action) { use in
      guard row.place.resource.isEmpty else {
        use.resources[row.place.resource] = row.allowedAt
        return false
      }
      use.attemptedAt = row.attemptedAt
      use.allowedAt = row.allowedAt
      use.region = row.region
      use.hasMoreResources = row.hasMoreResources
      return false
    }
    if !row.place.resource.isEmpty { resourceCount += 1 }
  }

  mutating func takeChanges() -> ActivityChanges {
    defer { (changed, changedKeys) = ([], []) }
    return ActivityChanges(
      actions: changed.compactMap(row), keys: changedKeys.compactMap { key in keys[key].map { (key, $0) } })
  }

  /// Nil for what was forgotten meanwhile.
  private func row(_ place: ActivityRow.Place) -> ActivityRow? {
    guard let use = entities[place.entity]?[place.action] else { return nil }
    guard place.resource.isEmpty else {
      return use.resources[place.resource].map { time in
        ActivityRow(place: place, attemptedAt: time, allowedAt: time, region: "", hasMoreResources: false)
      }
    }
    return ActivityRow(
      place: place, attemptedAt: use.attemptedAt, allowedAt: use.allowedAt, region: use.region,
      hasMoreResources: use.hasMoreResources)
  }

  mutating func forget(before time: Int64, unless isThere: (String) -> Bool, _ hasKey: (AccessKeyID) -> Bool) {
    entities = entities.filter { isThere($0.key) }.mapValues { actions in
      actions.filter { $0.value.attemptedAt >= time }.mapValues { use in
        var use = use
        use.resources = use.resources.filter { $0.value >= time }
        return use
      }
    }
    keys = keys.filter { hasKey($0.key) }
    resourceCount = entities.values.reduce(0) { sum, actions in
      actions.values.reduce(sum) { $0 + $1.resources.count }
    }
  }
}
