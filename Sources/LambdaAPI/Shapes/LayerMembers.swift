import Authorization
import Core
import Functions
import JSON
import SupplyChain
import Wire

/// A layer version as the operations on layers answer it.
struct LayerMembers {
  static let architectures = ["x86_64", "arm64"]

  let version: LayerVersion

  /// The item of a list of versions.
  var item: JSONValue { .object(summary) }

  /// The item of a list of layers.
  var layerItem: JSONValue {
    [
      "LayerName": .string(version.reference.name.description),
      "LayerArn": .string(version.reference.layerARN.description),
      "LatestMatchingVersion": item,
    ]
  }

  /// The whole version.
  ///
  /// - Parameter link: where its package is to be had; nil leaves it out.
  func json(link: String?) -> JSONValue {
    var members = summary
    members["LayerArn"] = .string(version.reference.layerARN.description)
    var content: [String: JSONValue] = [
      "CodeSha256": .string(version.content.digest.base64), "CodeSize": .integer(Int64(version.content.size)),
    ]
    if let link { content["Location"] = .string(link) }
    members["Content"] = .object(content)
    return .object(members)
  }

  private var summary: [String: JSONValue] {
    let details = version.details
    var members: [String: JSONValue] = [
      "LayerVersionArn": .string(version.reference.arn.description),
      "Version": .integer(Int64(version.reference.number)),
      "Description": .string(details.description),
      "CreatedDate": .string(version.created.utc.isoDateTime + "+0000"),
    ]
    if !details.runtimes.isEmpty { members["CompatibleRuntimes"] = .array(details.runtimes.map(JSONValue.string)) }
    if !details.architectures.isEmpty {
      members["CompatibleArchitectures"] = .array(details.architectures.map(JSONValue.string))
    }
    if let license = details.license { members["LicenseInfo"] = .string(license) }
    return members
  }
}

extension LambdaServices {
  /// The whole version, with a link to its package for the caller.
  func members<Input>(_ version: LayerVersion, _ origin: LinkOrigin, _ call: Authorized<Input>) -> JSONValue {
    let reference = version.reference
    let name = reference.name.description
    let layer = call.isWithinAccount ? name : PercentCoding.encode(reference.layerARN.description)
    let path = "/2026-11-25/layers/\(layer)/versions/\(reference.number)/package"
    return LayerMembers(version: version).json(link: link(to: path, origin, call))
  }
}

extension LayerDetails {
  init(_ members: inout MemberReader) throws(Fault) {
    let description = try members.string("Description")
    let license = try members.string("LicenseInfo")
    members.check(description, at: "Description", lengths: 0...256)
    members.check(license, at: "LicenseInfo", lengths: 0...512)
    self.init(
      description: description ?? "",
      runtimes: try members.choices("CompatibleRuntimes", of: RuntimeNames.all, atMost: 15),
      architectures: try members.choices("CompatibleArchitectures", of: LayerMembers.architectures, atMost: 2),
      license: license)
  }
}

extension MemberReader {
  /// A list of values of an enumeration; empty when it is absent.
  fileprivate mutating func choices(
    _ name: String, of values: [String], atMost most: Int
  ) throws(Fault) -> [String] {
    let chosen = try strings(name) ?? []
    let shown = "[\(chosen.joined(separator: ", "))]"
    if chosen.count > most { note(shown, at: name, "Member must have length less than or equal to \(most)") }
    if !chosen.allSatisfy(values.contains) {
      note(
        shown, at: name,
        "Member must satisfy constraint: [Member must satisfy enum value set: [\(values.joined(separator: ", "))]]")
    }
    return chosen
  }
}
