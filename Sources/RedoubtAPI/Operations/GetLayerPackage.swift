import Authorization
import Core
import Functions
import SupplyChain
import Wire

/// Gives the package of a layer version, byte by byte as it was published: what `Content.Location` of Lambda's
/// GetLayerVersion points at. Who may do the one may do the other.
struct GetLayerPackage: ControlOperation, RedoubtOperation {
  static let name = "GetLayerPackage"
  static let route = Route("GET", "/2026-11-25/layers/{LayerName}/versions/{VersionNumber}/package")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedLayerVersion { members.namedLayerVersion() }

  static func access(_ input: NamedLayerVersion, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetLayerVersion", on: input.reference(at: place).arn.description)]
  }

  /// A version never changes and its number is never used again: no digest has to say which package is meant.
  func run(_ call: Authorized<NamedLayerVersion>) async throws -> OperationOutput {
    let version = try await services.layers.version(call.value.reference(at: call.place))
    let zip = try await services.packages.load(version.content.digest, account: call.place.account)
    return OperationOutput(payload: zip, contentType: "application/zip")
  }
}
