/// What is kept for one function of what its account may run at once.
package struct FunctionLimits: Hashable, Sendable {
  /// nil: none.
  package let reserved: Int?
  /// By number of the version.
  package let provisioned: [Int: Int]

  package init(reserved: Int?, provisioned: [Int: Int] = [:]) {
    self.reserved = reserved
    self.provisioned = provisioned
  }

  static let none = FunctionLimits(reserved: nil)

  var totalProvisioned: Int { provisioned.values.reduce(0, +) }

  /// What nobody else can have: what is provisioned is part of what is reserved.
  var kept: Int { reserved ?? totalProvisioned }
}
