import Admission
import Core
import Execution
import Functions
import JSON
import Wire

extension FunctionConcurrency {
  /// The `Concurrency` shape; nil when nothing is reserved.
  var reservation: JSONValue? { reserved.map { ["ReservedConcurrentExecutions": .integer(Int64($0))] } }
}

extension ProvisionedConcurrency {
  /// The members that every operation on it answers.
  ///
  /// - Parameter state: what there is of it by now.
  func members(_ state: InitialisedEnvironments) -> [String: JSONValue] {
    let allocated = min(state.count, requested)
    var members: [String: JSONValue] = [
      "RequestedProvisionedConcurrentExecutions": .integer(Int64(requested)),
      "AllocatedProvisionedConcurrentExecutions": .integer(Int64(allocated)),
      "AvailableProvisionedConcurrentExecutions": .integer(Int64(min(state.available, requested))),
      "Status": "READY",
      "LastModified": .string(lastModified.utc.isoDateTime + "+0000"),
    ]
    if allocated < requested {
      members["Status"] = state.failure == nil ? "IN_PROGRESS" : "FAILED"
      members["StatusReason"] = state.failure.map { .string($0.rawValue) }
    }
    return members
  }
}

extension LambdaServices {
  var keptLimit: KeptConcurrencyLimit {
    KeptConcurrencyLimit(
      most: admission.limits.mostReserved, leastUnreserved: admission.limits.leastUnreserved)
  }

  /// What is provisioned by this very qualifier.
  ///
  /// - Throws: `FunctionError.notFound`, `.aliasNotFound`.
  func provisioned(_ target: FunctionTarget, at place: AccountRegion) throws -> ProvisionedVersion? {
    guard Qualifier(target.qualifier) != .latest else {
      throw LambdaErrors.invalidParameter("The function resource provided must be an alias or a published version.")
    }
    let version = try version(target, at: place)
    return catalog.provisioned(of: version.name, at: place).first { $0.qualifier == target.qualifier }
  }

  /// What there is of what was provisioned.
  func members(_ provisioned: ProvisionedVersion) -> [String: JSONValue] {
    let version = provisioned.version
    let hygiene = catalog.hygiene(of: version.name, at: version.place)
    return provisioned.concurrency.members(executor.initialisedAhead(version, hygiene: hygiene))
  }
}

extension MemberReader {
  /// Reads a function and the qualifier that must be there.
  mutating func provisionedTarget() throws(Fault) -> FunctionTarget {
    let target = try functionTarget(hasQualifier: true)
    if !target.isQualified, !isDescribing { note(nil, at: "Qualifier", "Member must not be null") }
    return target
  }
}

extension LambdaErrors {
  static func fault(_ error: ConcurrencyError) -> Fault {
    switch error {
    case .tooMuchReserved(let least):
      invalidParameter(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
          + "its minimum value of [\(least)].")
    case .tooMuchProvisioned(let least):
      invalidParameter(
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
          + "minimum value of [\(least)].")
    case .lessThanProvisioned(let reserved, let provisioned):
      invalidParameter(
        "ReservedConcurrentExecutions  \(reserved) should not be lower than function's total provisioned concurrency "
          + "[\(provisioned)].")
    case .moreThanReserved:
      invalidParameter(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
    case .weightedAlias: invalidParameter("Alias with weights can not be used with Provisioned Concurrency")
    case .unpublishedVersion:
      invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
    case .tenantIsolation:
      invalidParameter("Provisioned Concurrency is not supported for functions enabled with tenancy configuration.")
    case .snapStart: invalidParameter("Provisioned Concurrency is not supported for SnapStart enabled functions.")
    case .versionIsProvisioned:
      conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
    case .aliasIsProvisioned: conflict("Version is pointed by a Provisioned Concurrency alias")
    }
  }

  static let nothingProvisioned = Fault(
    code: "ProvisionedConcurrencyConfigNotFoundException", status: 404,
    message: "No Provisioned Concurrency Config found for this function", members: ["Type": "User"])
}
