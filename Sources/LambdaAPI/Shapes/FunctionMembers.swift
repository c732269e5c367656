import Core
import Functions
import JSON
import SupplyChain
import Wire

/// The `FunctionConfiguration` shape: what every operation on functions answers.
struct FunctionMembers {
  let version: FunctionVersion
  /// In clear; empty when there are none.
  let variables: [String: String]
  /// What the ARN names beside the function: what the caller asked for, if anything.
  let qualifier: String?
  /// nil for a version that is not snap-started.
  let snapshot: SnapshotState?

  var json: JSONValue {
    let configuration = version.configuration
    let arn = version.functionARNText + (qualifier.map { ":\($0)" } ?? "")
    var members: [String: JSONValue] = [
      "FunctionName": .string(version.name.description),
      "FunctionArn": .string(arn),
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
      "LastUpdateStatus": "Successful",
      "PackageType": "Zip",
      "Architectures": [.string(HostArchitecture.name)],
      "EphemeralStorage": ["Size": .integer(Int64(configuration.ephemeralStorage))],
      "SnapStart": [
        "ApplyOn": .string(configuration.snapStart.rawValue),
        "OptimizationStatus": snapshot == .ready ? "On" : "Off",
      ],
      "LoggingConfig": version.loggingMembers,
    ]
    members.merge((snapshot ?? .ready).members) { _, state in state }
    members["TenancyConfig"] = configuration.tenancyMembers
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
  ///
  /// - Parameter isQualified: whether the ARN names the version.
  func members(_ version: FunctionVersion, isQualified: Bool) throws -> JSONValue {
    try members(version, isQualified ? version.qualifier.description : nil)
  }

  /// The shape with the environment variables opened, and with the ARN by which the caller asked: an alias stays one.
  func members(_ version: FunctionVersion, askedAs target: FunctionTarget) throws -> JSONValue {
    try members(version, target.isQualified ? target.qualifier : nil)
  }

  private func members(_ version: FunctionVersion, _ qualifier: String?) throws -> JSONValue {
    FunctionMembers(
      version: version, variables: try environment.open(version), qualifier: qualifier,
      snapshot: catalog.snapshot(of: version)
    ).json
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
