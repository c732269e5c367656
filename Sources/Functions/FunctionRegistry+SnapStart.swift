import Core
import Storage

extension FunctionRegistry {
  /// Notes what became of the first environment of a snap-started version; what was noted first stays.
  ///
  /// - Parameter failure: nil when it has been through its init phase.
  package func recordSnapshot(of version: FunctionVersion, failure: SnapshotFailure?) async throws {
    try await change(version.name, at: version.place) { [store, snapshots] transaction in
      let versions = try store.versions(of: version.name, at: version.place, transaction)
      // A version of the same number may be one of another function of the same name by now.
      guard versions.contains(where: { $0.revisionID == version.revisionID }) else { return }
      try snapshots.insert(
        failure, for: version.qualifier.number, of: version.name, at: version.place, transaction)
    }
  }
}
