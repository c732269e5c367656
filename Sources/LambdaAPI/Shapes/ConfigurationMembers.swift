import Core
import Execution
import Functions
import JSON
import Wire

/// The settings that CreateFunction and UpdateFunctionConfiguration share; nil for those that the request leaves out.
struct ConfigurationMembers: Sendable {
  let runtime: String?
  let role: String?
  let handler: String?
  let description: String?
  let timeout: Int?
  let memorySize: Int?
  let ephemeralStorage: Int?
  let variables: [String: String]?
  let layers: LayerSelection?
  let logging: LoggingMembers?
  let snapStart: SnapStart?

  /// What a sandbox takes, less the platform's own.
  private static let mostVariables = 400

  static let rolePattern = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"

  /// Defaults that clients send of their own accord.
  static let unhonoured: [String: [JSONValue]] = [
    "AcceleratorConfig": [],
    "CapacityProviderConfig": [],
    "DeadLetterConfig": [[:]],
    "DurableConfig": [],
    "FileSystemConfigs": [[]],
    "ImageConfig": [[:]],
    "KMSKeyArn": [""],
    "RuntimeConfig": [],
    "TracingConfig": [[:], ["Mode": "PassThrough"]],
    "VpcConfig": [
      [:], ["SecurityGroupIds": [], "SubnetIds": []],
      ["Ipv6AllowedForDualStack": false, "SecurityGroupIds": [], "SubnetIds": []],
    ],
  ]

  init(_ members: inout MemberReader) throws(Fault) {
    runtime = try members.string("Runtime")
    role = try members.string("Role")
    handler = try members.string("Handler")
    description = try members.string("Description")
    timeout = try members.integer("Timeout")
    memorySize = try members.integer("MemorySize")
    ephemeralStorage = try Self.ephemeralStorage(&members)
    variables = try Self.variables(&members)
    layers = try LayerSelection(&members)
    logging = try LoggingMembers(&members)
    snapStart = try members.snapStart()
    members.check(role, at: "Role", lengths: 0...10_000)
    members.check(role, at: "Role", pattern: Self.rolePattern, matches: Self.isRole)
    members.check(handler, at: "Handler", lengths: 0...128)
    members.check(handler, at: "Handler", pattern: "[^\\s]+") { text in
      !text.isEmpty
        && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace }
    }
    members.check(description, at: "Description", lengths: 0...256)
    members.check(timeout, at: "Timeout", in: 1...900)
    members.check(memorySize, at: "MemorySize", in: 128...10_240)
    members.check(ephemeralStorage, at: "EphemeralStorage.size", in: 512...10_240)
  }

  /// - Throws: what Lambda says of reserved or malformed names and of too many bytes.
  func checkVariables() throws(Fault) {
    guard let variables else { return }
    let reserved = variables.keys.filter(EnvironmentVariables.reserved.contains).sorted()
    guard reserved.isEmpty else {
      throw LambdaErrors.invalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
          + "contains reserved keys that are currently not supported for modification. "
          + "Reserved keys used in this request: \(reserved.joined(separator: ", "))")
    }
    guard variables.count <= Self.mostVariables else {
      throw LambdaErrors.invalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
          + "are more than \(Self.mostVariables): \(variables.count)")
    }
    let size = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard size <= 4096 else {
      throw LambdaErrors.invalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
          + "exceeded the 4KB limit. String measured: \(size) bytes")
    }
  }

  /// - Throws: when the host does not offer the runtime.
  func checkRuntime(_ runtimes: RuntimeCatalog) throws(Fault) {
    guard let runtime, runtimes.runtime(runtime) == nil else { return }
    let offered = runtimes.runtimes.map(\.identifier).joined(separator: ", ")
    throw LambdaErrors.invalidParameter(
      "Value \(runtime) at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [\(offered)] "
        + "or be a valid ARN")
  }

  private static func ephemeralStorage(_ members: inout MemberReader) throws(Fault) -> Int? {
    guard let storage = try members.structure("EphemeralStorage") else { return nil }
    return try storage.integer("Size")
  }

  private static func variables(_ members: inout MemberReader) throws(Fault) -> [String: String]? {
    guard let environment = try members.structure("Environment") else { return nil }
    var variables: [String: String] = [:]
    for (name, value) in try environment.object("Variables") ?? [:] {
      guard case .string(let text) = value else { throw .serialization("`Environment.Variables` is not a map") }
      variables[name] = text
      members.check(name, at: "Environment.variables", pattern: "[a-zA-Z]([a-zA-Z0-9_])+", matches: isVariableName)
      if text.utf8.contains(0) { members.note(text, at: "Environment.variables", "Member must not contain NUL") }
    }
    return variables
  }

  private static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, isLetter(first), name.utf8.count >= 2 else { return false }
    return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
  }

  private static func isRole(_ text: String) -> Bool {
    let parts = text.fields(separatedBy: ":", maxSplits: 5)
    guard parts.count == 6, parts[0] == "arn", parts[1] == "aws", parts[2] == "iam", parts[3].isEmpty,
      parts[4].utf8.count == 12, parts[4].utf8.allSatisfy(isDigit), parts[5].hasPrefix("role/")
    else { return false }
    let name = parts[5].dropFirst("role/".count)
    return !name.isEmpty && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_+=,.@-/".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte >= UInt8(ascii: "A")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
