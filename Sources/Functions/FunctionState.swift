import Core
import Storage

/// What is stored of one function; without versions when it is gone.
struct FunctionState: Sendable {
  let versions: [FunctionVersion]
  /// nil: that of the account.
  let hygiene: HygieneMode?
  let aliases: [FunctionAlias]
  let tags: [String: String]
  let concurrency: FunctionConcurrency
  /// By version number; a snap-started version that is not here is pending.
  let snapshots: [Int: SnapshotState]
}

extension FunctionRegistry {
  func state(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> FunctionState {
    FunctionState(
      versions: try store.versions(of: name, at: place, transaction),
      hygiene: try hygiene.mode(of: name, at: place, transaction),
      aliases: try aliases.aliases(of: name, at: place, transaction),
      tags: try tags.tags(of: name, at: place, transaction),
      concurrency: try concurrency.concurrency(of: name, at: place, transaction),
      snapshots: try snapshots.states(of: name, at: place, transaction))
  }

  func allStates(_ transaction: any Transaction) throws -> [FunctionState] {
    let versions = Dictionary(grouping: try store.all(transaction), by: \.functionARN)
    let aliases = Dictionary(grouping: try aliases.all(transaction)) { FunctionVersion.arn($0.function, at: $0.place) }
    let modes = Dictionary(
      try hygiene.allFunctions(transaction).map { (FunctionVersion.arn($0.name, at: $0.place), $0.mode) },
      uniquingKeysWith: { _, last in last })
    let tags = try tags.all(transaction)
    let concurrency = try concurrency.all(transaction)
    let snapshots = try snapshots.all(transaction)
    return versions.map { arn, versions in
      FunctionState(
        versions: versions, hygiene: modes[arn], aliases: aliases[arn] ?? [], tags: tags[arn] ?? [:],
        concurrency: concurrency[arn] ?? FunctionConcurrency(reserved: nil), snapshots: snapshots[arn] ?? [:])
    }
  }
}
