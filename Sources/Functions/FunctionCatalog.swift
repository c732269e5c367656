package import Core
import Synchronization

/// All functions in memory, for look-ups without waiting. Changed only after the change is on disk.
package final class FunctionCatalog: Sendable {
  private struct Key: Hashable {
    let place: AccountRegion
    let name: FunctionName
  }

  private struct Entry {
    /// By stored number, 0 for `$LATEST`; empty for a function that was deleted.
    var versions: [Int: FunctionVersion]
    var aliases: [String: FunctionAlias]
    var tags: [String: String]
    /// nil: that of the account.
    var hygiene: HygieneMode?
    var concurrency: FunctionConcurrency
    /// By stored number.
    var snapshots: [Int: SnapshotState]
    /// The place of the change that wrote this entry in the order of commits.
    var sequence: UInt64
  }

  private struct AccountEntry {
    /// nil: that of the platform.
    var hygiene: HygieneMode?
    var sequence: UInt64
  }

  private struct State {
    var functions: [Key: Entry] = [:]
    var accounts: [AccountRegion: AccountEntry] = [:]

    func hygiene(_ key: Key) -> HygieneMode { functions[key]?.hygiene ?? accountHygiene(key.place) }

    func accountHygiene(_ place: AccountRegion) -> HygieneMode {
      accounts[place]?.hygiene ?? HygieneMode.platformDefault
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// - Returns: nil when there is no such function or version.
  package func version(_ name: FunctionName, _ qualifier: Qualifier, at place: AccountRegion) -> FunctionVersion? {
    state.withLock { $0.functions[Key(place: place, name: name)]?.versions[qualifier.number] }
  }

  /// The version that one invocation runs, for a qualifier as a caller writes it. Of an alias with two versions, `random`
  /// decides; all in one look, so that no change comes between alias and version.
  ///
  /// - Returns: nil when there is no such function, version or alias.
  package func version(
    _ name: FunctionName, qualifier: String, at place: AccountRegion, choosing random: any RandomSource
  ) -> FunctionVersion? {
    version(name, qualifier, place) { $0.choose(random) }
  }

  /// The version that a qualifier stands for: of an alias, the one that it points at first.
  ///
  /// - Returns: nil when there is no such function, version or alias.
  package func version(_ name: FunctionName, qualifier: String, at place: AccountRegion) -> FunctionVersion? {
    version(name, qualifier, place, \.version)
  }

  private func version(
    _ name: FunctionName, _ qualifier: String, _ place: AccountRegion, _ choose: (AliasRouting) -> Qualifier
  ) -> FunctionVersion? {
    let number = Qualifier(qualifier)
    return state.withLock { state in
      guard let entry = state.functions[Key(place: place, name: name)] else { return nil }
      let version = number ?? entry.aliases[qualifier].map { choose($0.routing) }
      return version.flatMap { entry.versions[$0.number] }
    }
  }

  package func alias(_ alias: AliasName, of name: FunctionName, at place: AccountRegion) -> FunctionAlias? {
    state.withLock { $0.functions[Key(place: place, name: name)]?.aliases[alias.description] }
  }

  package func tags(of name: FunctionName, at place: AccountRegion) -> [String: String] {
    state.withLock { $0.functions[Key(place: place, name: name)]?.tags ?? [:] }
  }

  /// In order of their names.
  package func aliases(of name: FunctionName, at place: AccountRegion) -> [FunctionAlias] {
    let all = state.withLock { $0.functions[Key(place: place, name: name)]?.aliases.values.map(\.self) ?? [] }
    return all.sorted { $0.name.description < $1.name.description }
  }

  /// What holds for the function: its own mode, else the account's, else the platform's.
  package func hygiene(of name: FunctionName, at place: AccountRegion) -> HygieneMode {
    state.withLock { $0.hygiene(Key(place: place, name: name)) }
  }

  /// - Returns: nil when the function has no mode of its own.
  package func ownHygiene(of name: FunctionName, at place: AccountRegion) -> HygieneMode? {
    state.withLock { $0.functions[Key(place: place, name: name)]?.hygiene }
  }

  /// - Returns: nil when the account has set none.
  package func ownHygiene(at place: AccountRegion) -> HygieneMode? {
    state.withLock { $0.accounts[place]?.hygiene }
  }

  /// - Returns: nil when there is no such function.
  package func concurrency(of name: FunctionName, at place: AccountRegion) -> FunctionConcurrency? {
    state.withLock { state in
      let entry = state.functions[Key(place: place, name: name)]
      return entry.flatMap { $0.versions.isEmpty ? nil : $0.concurrency }
    }
  }

  /// What is provisioned for the function, in order of the qualifiers that it was asked for.
  package func provisioned(of name: FunctionName, at place: AccountRegion) -> [ProvisionedVersion] {
    let all = state.withLock { state -> [ProvisionedVersion] in
      guard let entry = state.functions[Key(place: place, name: name)] else { return [] }
      return entry.concurrency.provisioned.compactMap { qualifier, concurrency in
        let number = Qualifier(qualifier)?.number ?? entry.aliases[qualifier]?.routing.version.number
        return number.flatMap { entry.versions[$0] }.map {
          ProvisionedVersion(qualifier: qualifier, version: $0, concurrency: concurrency)
        }
      }
    }
    return all.sorted { $0.qualifier < $1.qualifier }
  }

  /// How far a version has come; nil for one that is not snap-started.
  package func snapshot(of version: FunctionVersion) -> SnapshotState? {
    guard version.isSnapStarted else { return nil }
    let key = Key(place: version.place, name: version.name)
    return state.withLock { $0.functions[key]?.snapshots[version.qualifier.number] } ?? .pending
  }

  package func contains(_ name: FunctionName, at place: AccountRegion) -> Bool {
    version(name, .latest, at: place) != nil
  }

  /// The `$LATEST` version of every function, in order of their names.
  package func latest(at place: AccountRegion) -> [FunctionVersion] {
    allVersions(at: place).filter { $0.qualifier == .latest }
  }

  /// Every version of every function, `$LATEST` first in each, in order of names and numbers.
  package func allVersions(at place: AccountRegion) -> [FunctionVersion] {
    let all = state.withLock { state in
      state.functions.filter { $0.key.place == place }.flatMap { $0.value.versions.values }
    }
    return all.sorted { ($0.name.description, $0.qualifier.number) < ($1.name.description, $1.qualifier.number) }
  }

  /// Every version of every function of an account, in no order.
  package func versions(of account: AccountID) -> [FunctionVersion] {
    state.withLock { state in
      state.functions.filter { $0.key.place.account == account }.flatMap { $0.value.versions.values }
    }
  }

  /// `$LATEST` first, then in order of their numbers; empty when there is no such function.
  package func versions(of name: FunctionName, at place: AccountRegion) -> [FunctionVersion] {
    let all = state.withLock { $0.functions[Key(place: place, name: name)]?.versions.values.map(\.self) ?? [] }
    return all.sorted { $0.qualifier.number < $1.qualifier.number }
  }

  /// The packages that any version needs, of all accounts.
  package func referencedCode() -> Set<ArtifactID> {
    let versions = state.withLock { $0.functions.values.flatMap(\.versions.values) }
    return Set(versions.flatMap { [$0.codeArtifact] + $0.layerArtifacts })
  }

  /// Takes over a committed change, unless a later one of the same function is here already.
  ///
  /// - Returns: the versions whose hygiene is another one now.
  @discardableResult
  func apply(_ state: FunctionState, of name: FunctionName, at place: AccountRegion, sequence: UInt64)
    -> [HygieneChange]
  {
    self.state.withLock { all in
      let key = Key(place: place, name: name)
      if let known = all.functions[key], known.sequence > sequence { return [] }
      let old = all.hygiene(key)
      let numbered = Dictionary(state.versions.map { ($0.qualifier.number, $0) }, uniquingKeysWith: { _, last in last })
      let named = Dictionary(state.aliases.map { ($0.name.description, $0) }, uniquingKeysWith: { _, last in last })
      all.functions[key] = Entry(
        versions: numbered, aliases: named, tags: state.tags, hygiene: state.hygiene,
        concurrency: state.concurrency, snapshots: state.snapshots, sequence: sequence)
      return HygieneChange.changes(of: state.versions, from: old, to: all.hygiene(key))
    }
  }

  /// Takes over a committed change of an account's mode, unless a later one is here already.
  ///
  /// - Returns: the versions whose hygiene is another one now.
  @discardableResult
  func apply(_ hygiene: HygieneMode?, at place: AccountRegion, sequence: UInt64) -> [HygieneChange] {
    state.withLock { state in
      if let known = state.accounts[place], known.sequence > sequence { return [] }
      let old = state.accountHygiene(place)
      state.accounts[place] = AccountEntry(hygiene: hygiene, sequence: sequence)
      let followers = state.functions.filter { $0.key.place == place && $0.value.hygiene == nil }
      return HygieneChange.changes(
        of: followers.values.flatMap(\.versions.values), from: old, to: state.accountHygiene(place))
    }
  }
}
