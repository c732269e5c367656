package import Core

/// What limits of concurrency hold for: one function with all its versions, in one account and region.
package struct AdmissionScope: Hashable, Sendable {
  package let place: AccountRegion
  /// The function's name.
  package let function: String

  package init(place: AccountRegion, function: String) {
    self.place = place
    self.function = function
  }
}
