import Core
import Functions
import SupplyChain
import Wire

/// The `FunctionConfiguration` shape: what every operation on functions answers.
struct FunctionMembers {
  let version: FunctionVersion
  /// In clear; empty when there are none.
  let variables: [String: String]
  /// Whether the ARN names the version, as it does when the caller asked for one.
  let isQualified: Bool

  var json: JSONValue {
    let configuration = version.configuration
    let arn = isQualified ? version.qualifiedARN : version.functionARN
    var members: [String: JSONValue] = [
      "FunctionName": .string(version.name.description),
      "FunctionArn": .string(arn.description),
      "Runtime": .string(configuration.runtime),
      "Role": .string(configuration.role),
      "Handler": .string(configuration.handler),
      "CodeSize": .integer(Int64(version.code.size)),
      "Description": .string(configuration.description),
      "Timeout": .integer(Int64(configuration.timeout)),
      "MemorySize": .integer(Int64(configuration.memorySize)),
      "LastModified": .string(version.lastModified.utc.isoDateTime + "+0000"),
      "CodeSha256": .string(version.code.digest.base64),
      "Version": .string(version.qualifier.description),
      "TracingConfig": ["Mode": "PassThrough"],
      "RevisionId": .string(version.revisionID),
      "State": "Active",
      "LastUpdateStatus": "Successful",
      "PackageType": "Zip",
      "Architectures": [.string(HostArchitecture.name)],
      "EphemeralStorage": ["Size": .integer(Int64(configuration.ephemeralStorage))],
      "SnapStart": ["ApplyOn": "None", "OptimizationStatus": "Off"],
      "LoggingConfig": version.loggingMembers,
    ]
    if !configuration.layers.isEmpty { members["Layers"] = .array(configuration.layers.map(Self.layer)) }
    if !variables.isEmpty {
      members["Environment"] = ["Variables": .object(variables.mapValues(JSONValue.string))]
    }
    return .object(members)
  }

  private static func layer(_ layer: FunctionLayer) -> JSONValue {
    ["Arn": .string(layer.arn), "CodeSize": .integer(Int64(layer.content.size))]
  }
}

extension LambdaServices {
  /// The shape with the environment variables opened.
  func members(_ version: FunctionVersion, isQualified: Bool) throws -> JSONValue {
    FunctionMembers(version: version, variables: try environment.open(version), isQualified: isQualified).json
  }
}

/// The instruction set of this host, in Lambda's words.
enum HostArchitecture {
  #if arch(arm64)
    static let name = "arm64"
  #else
    static let name = "x86_64"
  #endif
}
