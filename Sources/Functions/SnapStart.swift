/// Which versions of a function are to have environments that were initialised ahead of work.
package enum SnapStart: String, Hashable, Sendable, Codable, CaseIterable {
  case publishedVersions = "PublishedVersions"
  case off = "None"

  /// MiB of /tmp that a snap-started function may have at most (Lambda, "SnapStart").
  package static let mostEphemeralStorage = 512
}

/// How far a snap-started version has come.
package enum SnapshotState: Hashable, Sendable {
  /// No environment of it has been through its init phase yet.
  case pending
  case ready
  case failed(SnapshotFailure)
}

/// Why the first environment of a snap-started version could not be initialised.
package struct SnapshotFailure: Hashable, Sendable {
  /// In the words of AWS's model, `StateReasonCode`.
  package enum Code: String, Hashable, Sendable {
    case timeout = "FunctionError.InitTimeout"
    case outOfMemory = "FunctionError.InitResourceExhausted"
    case runtime = "FunctionError.RuntimeInitError"
  }

  package let code: Code
  /// For people.
  package let reason: String

  package init(code: Code, reason: String) {
    self.code = code
    self.reason = reason
  }
}

extension FunctionVersion {
  /// Whether environments of this very version are initialised ahead and restored for their first invocation.
  package var isSnapStarted: Bool { qualifier != .latest && configuration.snapStart == .publishedVersions }
}
