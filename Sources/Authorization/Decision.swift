package import Identity
package import Wire

/// What a policy says of one access request.
package enum Decision: Hashable, Sendable {
  case allow
  case deny(DenialReason)
}

/// Why an access request was denied.
package enum DenialReason: Hashable, Sendable {
  /// No policy allows it.
  case implicit
  /// The operation names no action, so nothing can allow it.
  case noAction
}

/// Decides one access request of one principal. Synchronous: the invoke path asks it on an event loop.
package protocol PolicySource: Sendable {
  func decide(_ request: AccessRequest, for principal: Principal) -> Decision
}
