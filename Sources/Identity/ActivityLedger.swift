package import Core
import Synchronization

/// What users and roles asked for, and what access keys were last used for: in memory, noted on the way of each request
/// without any `await`. `ActivityStore` has it on disk, written behind. Times are to the minute.
package final class ActivityLedger: Sendable {
  /// What is asked for again within so many seconds is nothing new.
  static let resolution: Int64 = 60
  /// Resources that are remembered for one action of an identity, for an identity, and for all together: the accounts
  /// share that equally.
  static let resourceLimit = 50
  static let identityResourceLimit = 1000
  static let totalResourceLimit = 100_000
  /// Bytes of a resource's name; what is longer is not remembered.
  static let longestResource = 512

  private let state = Mutex(State())

  package init() {}

  /// Notes one action that a principal asked for, and whether it was let do it.
  ///
  /// - Parameter action: for example `lambda:InvokeFunction`; the names of operations, so that there are not many.
  package func note(
    _ action: String, on resource: String, by principal: Principal, isAllowed: Bool, in region: Region,
    at time: WallTime
  ) {
    let holder = principal.holderID
    let (region, now) = (region.description, time.seconds)
    state.withLock {
      $0.note(action, resource, holder, of: principal.account, isAllowed: isAllowed, region, at: now)
    }
  }

  /// Notes that a long-term key signed a request.
  ///
  /// - Parameter service: for example `lambda`.
  package func note(_ key: AccessKeyID, for service: Substring, in region: Region, at time: WallTime) {
    state.withLock { $0.note(key, service, region.description, at: time.seconds) }
  }

  /// What the user or role of that unique id asked for, by action.
  package func actions(of id: String) -> [String: ActionUse] { state.withLock { $0.entities[id]?.actions ?? [:] } }

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

  /// Drops what is older, and what belongs to nobody any more; an identity at a time, so that nobody waits for all.
  func forget(before time: WallTime, unless isThere: (String) -> Bool, _ hasKey: (AccessKeyID) -> Bool) {
    let (ids, keys) = state.withLock { (Array($0.entities.keys), Array($0.keys.keys)) }
    for id in ids {
      let isKept = isThere(id)
      state.withLock { $0.forget(id, before: isKept ? time.seconds : .max) }
    }
    for key in keys where !hasKey(key) { _ = state.withLock { $0.keys.removeValue(forKey: key) } }
  }
}

/// When an identity asked for an action. Times are seconds since 1970, to the minute.
package struct ActionUse: Hashable, Sendable {
  /// Allowed or not.
  package var attemptedAt: Int64
  /// Nil while it was never allowed.
  package var allowedAt: Int64?
  /// Of the last attempt.
  package var region: String
  /// On which it was allowed, with the last time of each.
  package var resources: [String: Int64] = [:]
  /// Whether it was allowed on others, too, which are not remembered.
  package var hasMoreResources = false
}

/// The last request that an access key signed.
package struct AccessKeyUse: Hashable, Sendable {
  /// Seconds since 1970, to the minute.
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
  let account: AccountID
  let attemptedAt: Int64
  let allowedAt: Int64?
  let region: String
  let hasMoreResources: Bool
}

private struct Entity {
  let account: AccountID
  var actions: [String: ActionUse] = [:]
  var resourceCount = 0
}

private struct State {
  var since: Int64 = 0
  /// By the unique id of the user or role.
  var entities: [String: Entity] = [:]
  var keys: [AccessKeyID: AccessKeyUse] = [:]
  var changed: Set<ActivityRow.Place> = []
  var changedKeys: Set<AccessKeyID> = []
  /// Resources that are remembered, by account.
  private var counts: [AccountID: Int] = [:]

  mutating func note(
    _ action: String, _ resource: String, _ holder: String, of account: AccountID, isAllowed: Bool, _ region: String,
    at now: Int64
  ) {
    let count = counts[account, default: 0]
    let hasRoom = count < ActivityLedger.totalResourceLimit / max(1, counts.count)
    let noted = entities[holder, default: Entity(account: account)].note(
      action, isAllowed ? resource : nil, region, at: now, hasRoom: hasRoom)
    if noted.addsResource { counts[account] = count + 1 }
    if noted.isNewOfAction { changed.insert(ActivityRow.Place(entity: holder, action: action, resource: "")) }
    if noted.isNewOfResource { changed.insert(ActivityRow.Place(entity: holder, action: action, resource: resource)) }
  }

  mutating func note(_ key: AccessKeyID, _ service: Substring, _ region: String, at now: Int64) {
    if let last = keys[key], last.service == service, last.region == region, now < last.at + ActivityLedger.resolution {
      return
    }
    keys[key] = AccessKeyUse(at: now, service: String(service), region: region)
    changedKeys.insert(key)
  }

  mutating func restore(_ row: ActivityRow) {
    if entities[row.place.entity, default: Entity(account: row.account)].restore(row) {
      counts[row.account, default: 0] += 1
    }
  }

  mutating func takeChanges() -> ActivityChanges {
    defer { (changed, changedKeys) = ([], []) }
    return ActivityChanges(
      actions: changed.compactMap(row), keys: changedKeys.compactMap { key in keys[key].map { (key, $0) } })
  }

  /// Nil for what was forgotten meanwhile.
  private func row(_ place: ActivityRow.Place) -> ActivityRow? {
    guard let entity = entities[place.entity], let use = entity.actions[place.action] else { return nil }
    guard place.resource.isEmpty else {
      return use.resources[place.resource].map { time in
        ActivityRow(
          place: place, account: entity.account, attemptedAt: time, allowedAt: time, region: "", hasMoreResources: false
        )
      }
    }
    return ActivityRow(
      place: place, account: entity.account, attemptedAt: use.attemptedAt, allowedAt: use.allowedAt, region: use.region,
      hasMoreResources: use.hasMoreResources)
  }

  mutating func forget(_ id: String, before time: Int64) {
    guard var entity = entities[id] else { return }
    counts[entity.account, default: 0] -= entity.resourceCount
    entity.forget(before: time)
    counts[entity.account, default: 0] += entity.resourceCount
    entities[id] = entity.actions.isEmpty ? nil : entity
  }
}

extension Entity {
  /// What of a note has to be written.
  struct Noted {
    var isNewOfAction = false
    var isNewOfResource = false
    var addsResource = false
  }

  /// - Parameters:
  ///   - resource: on which it was allowed; nil when it was denied.
  ///   - hasRoom: whether all identities together may have one more resource.
  mutating func note(
    _ action: String, _ resource: String?, _ region: String, at now: Int64, hasRoom: Bool
  ) -> Noted {
    let hasRoom = hasRoom && resourceCount < ActivityLedger.identityResourceLimit
    let noted = actions[
      action, default: ActionUse(attemptedAt: -ActivityLedger.resolution, allowedAt: nil, region: region)
    ]
    .note(resource, region, at: now, hasRoom: hasRoom)
    if noted.addsResource { resourceCount += 1 }
    return noted
  }

  /// - Returns: whether it is one more resource.
  mutating func restore(_ row: ActivityRow) -> Bool {
    var use = actions[row.place.action] ?? ActionUse(attemptedAt: 0, allowedAt: nil, region: "")
    defer { actions[row.place.action] = use }
    guard row.place.resource.isEmpty else {
      use.resources[row.place.resource] = row.allowedAt
      resourceCount += 1
      return true
    }
    use.attemptedAt = row.attemptedAt
    use.allowedAt = row.allowedAt
    use.region = row.region
    use.hasMoreResources = row.hasMoreResources
    return false
  }

  mutating func forget(before time: Int64) {
    actions = actions.filter { $0.value.attemptedAt >= time }.mapValues { use in
      var use = use
      use.resources = use.resources.filter { $0.value >= time }
      return use
    }
    resourceCount = actions.values.reduce(0) { $0 + $1.resources.count }
  }
}

extension ActionUse {
  fileprivate mutating func note(_ resource: String?, _ region: String, at now: Int64, hasRoom: Bool) -> Entity.Noted {
    var noted = Entity.Noted()
    let limit = now - ActivityLedger.resolution
    if self.region != region { (self.region, noted.isNewOfAction) = (region, true) }
    if attemptedAt <= limit { (attemptedAt, noted.isNewOfAction) = (now, true) }
    guard let resource else { return noted }
    if allowedAt ?? limit <= limit {
      (allowedAt, attemptedAt, noted.isNewOfAction) = (now, max(now, attemptedAt), true)
    }
    if let last = resources[resource] {
      if last <= limit { (resources[resource], noted.isNewOfResource) = (now, true) }
    } else if hasRoom, resources.count < ActivityLedger.resourceLimit, Self.isPlain(resource) {
      (resources[resource], noted.isNewOfResource, noted.addsResource) = (now, true, true)
    } else if !hasMoreResources {
      (hasMoreResources, noted.isNewOfAction) = (true, true)
    }
    return noted
  }

  /// Names in printable ASCII: beyond it one name has many spellings, and no resource has such a one.
  private static func isPlain(_ resource: String) -> Bool {
    (1...ActivityLedger.longestResource).contains(resource.utf8.count)
      && resource.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
