package import Core
package import Identity

/// A value that its principal may act upon: proof that authentication and authorization took place.
///
/// INVARIANT: made only by `Authorizer`, in this module.
package struct Authorized<Value: Sendable>: Sendable {
  package let value: Value
  package let principal: Principal
  /// With which the principal signed.
  package let accessKeyID: AccessKeyID
  package let requestID: RequestID
  /// The account and region that the request addresses.
  package let place: AccountRegion

  init(
    value: Value, principal: Principal, accessKeyID: AccessKeyID, requestID: RequestID, place: AccountRegion
  ) {
    self.value = value
    self.principal = principal
    self.accessKeyID = accessKeyID
    self.requestID = requestID
    self.place = place
  }

  /// The same proof for a part of the value, or for what the value names.
  package func map<Other: Sendable>(_ transform: (Value) throws -> Other) rethrows -> Authorized<Other> {
    Authorized<Other>(
      value: try transform(value), principal: principal, accessKeyID: accessKeyID, requestID: requestID, place: place)
  }
}
