package import Policy

/// Why a request about identities was not carried out. The messages reach callers; they are AWS's where AWS has one.
package enum IdentityFailure: Error, Hashable, Sendable {
  case noSuchEntity(String)
  case entityAlreadyExists(String)
  /// Something hangs on what was to be deleted.
  case deleteConflict(String)
  case limitExceeded(String)
  case malformedPolicy(PolicyError)
  case invalidInput(String)
  /// What was to be changed is protected.
  case unmodifiable(String)
}

extension IdentityFailure {
  static func noSuchUser(_ name: String) -> IdentityFailure {
    .noSuchEntity("The user with name \(name) cannot be found.")
  }

  static func noSuchPolicy(_ arn: String) -> IdentityFailure { .noSuchEntity("Policy \(arn) was not found.") }

  static func notAttachable(_ arn: String) -> IdentityFailure {
    .noSuchEntity("Policy \(arn) does not exist or is not attachable.")
  }

  static func quotaExceeded(_ quota: String, _ limit: Int) -> IdentityFailure {
    .limitExceeded("Cannot exceed quota for \(quota): \(limit)")
  }
}
