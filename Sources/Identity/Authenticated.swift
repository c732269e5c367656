package import Core

/// A value whose sender is known: proof that a signature over it was checked.
///
/// INVARIANT: made only in this module.
package struct Authenticated<Value: Sendable>: Sendable {
  package let value: Value
  package let principal: Principal
  package let accessKeyID: AccessKeyID

  init(value: Value, principal: Principal, accessKeyID: AccessKeyID) {
    self.value = value
    self.principal = principal
    self.accessKeyID = accessKeyID
  }

  package var account: AccountID { principal.account }
}
