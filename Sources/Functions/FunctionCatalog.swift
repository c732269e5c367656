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
    /// The place of the change that wrote this entry in the order of commits.
    var sequence: UInt64
  }

  private let entries = Mutex<[Key: Entry]>([:])

  package init() {}

  /// - Returns: nil when there is no such function or version.
  package func version(_ name: FunctionName, _ qualifier: Qualifier, at place: AccountRegion) -> FunctionVersion? {
    entries.withLock { $0[Key(place: place, name: name)]?.versions[qualifier.number] }
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
    let all = entries.withLock { entries in
      entries.filter { $0.key.place == place }.flatMap { $0.value.versions.values }
    }
    return all.sorted { ($0.name.description, $0.qualifier.number) < ($1.name.description, $1.qualifier.number) }
  }

  /// The packages that any version needs, of all accounts.
  package func referencedCode() -> Set<ArtifactID> {
    let versions = entries.withLock { $0.values.flatMap(\.versions.values) }
    return Set(versions.map { ArtifactID(account: $0.place.account, digest: $0.code.digest) })
  }

  /// Takes over a committed change, unless a later one of the same function is here already.
  func apply(_ versions: [FunctionVersion], of name: FunctionName, at place: AccountRegion, sequence: UInt64) {
    entries.withLock { entries in
      let key = Key(place: place, name: name)
      if let known = entries[key], known.sequence > sequence { return }
      let numbered = Dictionary(versions.map { ($0.qualifier.number, $0) }, uniquingKeysWith: { _, last in last })
      entries[key] = Entry(versions: numbered, sequence: sequence)
    }
  }
}
