package import Core

/// A policy that stands by itself and is attached to identities by its ARN.
package struct ManagedPolicy: Hashable, Sendable {
  package let arn: String
  package let name: String
  /// Begins and ends with a slash.
  package let path: String
  /// `ANPA...`
  package let uniqueID: String
  package let description: String
  package let createdAt: WallTime
  package let updatedAt: WallTime
  /// The number of the version that is in force.
  package let defaultVersion: Int

  /// Whether it is one of the platform's, which every account has.
  package var isPlatforms: Bool { arn.hasPrefix("arn:aws:iam::aws:") }
}

/// How many identities have a managed policy.
package struct PolicyUsage: Hashable, Sendable {
  /// To how many it is attached.
  package var attachments = 0
  /// Of how many it is the permissions boundary.
  package var boundaries = 0
}

/// One text of a managed policy. Never changes.
package struct ManagedPolicyVersion: Hashable, Sendable {
  /// From 1.
  package let number: Int
  package let document: String
  package let isDefault: Bool
  package let createdAt: WallTime

  /// `v1`
  package var id: String { "v\(number)" }

  /// - Returns: nil unless `id` is `v` and a number from 1.
  package static func number(_ id: String) -> Int? {
    guard id.utf8.first == UInt8(ascii: "v"), let number = Int(id.dropFirst()), number > 0, id == "v\(number)" else {
      return nil
    }
    return number
  }
}
