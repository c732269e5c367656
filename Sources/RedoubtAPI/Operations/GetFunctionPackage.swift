import Authorization
import Core
import Functions
import SupplyChain
import Wire

/// Gives the deployment package of a version of a function, byte by byte as it was deployed: what `Code.Location` of
/// Lambda's GetFunction points at. Who may do the one may do the other.
struct GetFunctionPackage: ControlOperation, RedoubtOperation {
  static let name = "GetFunctionPackage"
  static let route = Route("GET", "/2026-11-25/functions/{FunctionName}/packages/{CodeDigest}")

  let services: RedoubtServices

  struct Input: Sendable {
    let function: NamedFunction
    /// nil when it cannot be read, as no package has it.
    let digest: Digest?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(function: try members.namedFunction(), digest: Digest(hexadecimal: members.path("CodeDigest")))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunction", on: input.function.arn(at: place).description)]
  }

  /// Only packages of the function that the caller may read: a digest is no secret.
  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let name = try input.function.find(in: services.catalog, at: call.place)
    let versions = services.catalog.versions(of: name, at: call.place)
    guard let digest = input.digest, versions.contains(where: { $0.code.digest == digest }) else {
      throw RedoubtErrors.notFound("no version of the function \(name) has that package any more")
    }
    let zip = try await services.packages.load(digest, account: call.place.account)
    return OperationOutput(payload: zip, contentType: "application/zip")
  }
}
