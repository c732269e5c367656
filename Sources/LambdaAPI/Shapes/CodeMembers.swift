import Core
import Functions
import JSON
import SupplyChain
import Wire

/// How code arrives: in this version inside the request.
enum CodeMembers {
  /// Bytes of a zip in a request (Lambda, "Deployment package size").
  static let longestZip = 52_428_800
  /// Bytes of a request that carries such a zip in base64.
  static let bodyLimit = 70_167_211

  /// Other places that a zip may come from.
  static let otherSources: [String: [JSONValue]] = [
    "S3Bucket": [""], "S3Key": [""], "S3ObjectVersion": [""], "S3ObjectStorageMode": [],
  ]

  /// Other places that code may come from.
  static let unhonoured = otherSources.merging(["ImageUri": [""], "SourceKMSKeyArn": [""]]) { first, _ in first }

  /// Whether `Architectures`, if given, is what this host has.
  static func checkArchitectures(_ members: inout MemberReader) throws(Fault) {
    guard let architectures = try members.strings("Architectures") else { return }
    guard architectures != [HostArchitecture.name] else { return }
    members.note(
      "[\(architectures.joined(separator: ", "))]", at: "Architectures",
      "Member must satisfy constraint: [Member must satisfy enum value set: [\(HostArchitecture.name)]]")
  }

  /// Unpacks the zip once and stores it, unless it is only tried.
  ///
  /// - Parameters:
  ///   - layers: what the code has to fit in with.
  ///   - replaced: bytes of the zip that this one takes the place of.
  /// - Throws: `CodeStorageExceeded`, and what `check` throws.
  static func admit(
    _ zip: [UInt8]?, beside layers: [FunctionLayer], _ services: LambdaServices, at place: AccountRegion,
    replacing replaced: Int = 0, isDryRun: Bool = false
  ) async throws -> FunctionCode {
    guard let zip, !zip.isEmpty else {
      throw LambdaErrors.invalidParameter("Please provide a source for function code.")
    }
    let package = try await check(zip, services, at: place)
    try LayerSelection.checkSize(of: layers, withCodeOf: package.unpackedSize)
    try await services.codeStorage.checkRoom(for: zip.count - replaced, at: place)
    if !isDryRun { try await services.library.store(zip, account: place.account) }
    return FunctionCode(digest: package.digest, size: zip.count)
  }

  /// Unpacks a zip of a request once, and stores nothing.
  static func check(
    _ zip: [UInt8], _ services: LambdaServices, at place: AccountRegion
  ) async throws -> CheckedPackage {
    guard zip.count <= longestZip else {
      throw Fault(
        code: "RequestEntityTooLargeException", status: 413,
        message: "Zipped size must be smaller than \(longestZip) bytes", members: ["Type": "User"])
    }
    return try await services.library.check(zip, account: place.account)
  }
}
