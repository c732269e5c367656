import Authorization
import Core
import Functions
import JSON
import Wire

/// Makes a function from a zip in the request.
struct CreateFunction: ControlOperation, LambdaOperation {
  static let name = "CreateFunction"
  static let route = Route("POST", "/2015-03-31/functions", successStatus: 201)
  static let bodyLimit = CodeMembers.bodyLimit
  static let unhonoured = ConfigurationMembers.unhonoured.merging(
    [
      "CodeSigningConfigArn": [""], "PackageType": ["Zip"], "PublishTo": [],
    ]) { first, _ in first }

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let configuration: ConfigurationMembers
    let zip: [UInt8]?
    let tags: [String: String]
    let publish: Bool
    let tenancy: TenantIsolation?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = try members.requiredString("FunctionName")
    let reference = members.functionReference(name)
    if reference?.qualifier != nil {
      members.check(name, at: "FunctionName", pattern: FunctionReference.pattern) { _ in false }
    }
    let configuration = try ConfigurationMembers(&members)
    if configuration.role == nil { members.note(nil, at: "Role", "Member must not be null") }
    let code = try members.structure("Code")
    if code == nil { members.note(nil, at: "Code", "Member must not be null") }
    try CodeMembers.checkArchitectures(&members)
    let zip = try code?.blob("ZipFile")
    if var code {
      code.refuse(CodeMembers.unhonoured)
      members.absorb(code)
    }
    let tags = try TagMembers.read(&members) ?? [:]
    let publish = try members.bool("Publish") ?? false
    let tenancy = try members.tenancy()
    let target = reference.map { FunctionTarget(reference: $0, qualifier: "$LATEST", isQualified: false) }
    return Input(
      target: target ?? .unnamed, configuration: configuration, zip: zip, tags: tags, publish: publish,
      tenancy: tenancy)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let arn = input.target.arn(at: place)
    let creation = [
      AccessRequest("lambda:CreateFunction", on: arn, keys: AccessRequest.tagKeys(input.tags)),
      .passRole(input.configuration.role ?? "*"),
    ]
    let tagging =
      input.tags.isEmpty ? [] : [AccessRequest("lambda:TagResource", on: arn, keys: AccessRequest.tagKeys(input.tags))]
    return creation + (input.configuration.layers?.access ?? []) + tagging
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let members = call.value.configuration
    let name = call.value.target.reference.name
    guard let runtime = members.runtime, let handler = members.handler, let role = members.role else {
      throw LambdaErrors.invalidParameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    }
    try members.checkRuntime(services.runtimes)
    try members.checkVariables()
    try TagMembers.check(call.value.tags)
    guard call.value.target.reference.isIn(call.place) else {
      throw LambdaErrors.invalidParameter("the function's ARN is in another account or region")
    }
    guard !services.catalog.contains(name, at: call.place) else {
      throw FunctionError.alreadyExists(name.description)
    }
    try services.sessions.check(role, of: FunctionVersion.arn(name, at: call.place), in: call.requestID)
    let layers = try await members.layers?.resolve(services, at: call.place) ?? []
    let configuration = FunctionConfiguration(
      runtime: runtime, handler: handler, role: role, description: members.description ?? "",
      timeout: members.timeout ?? 3, memorySize: members.memorySize ?? 128,
      ephemeralStorage: members.ephemeralStorage ?? 512, layers: layers,
      logging: try members.logging?.applied(to: LoggingConfiguration(), of: name),
      tenancy: call.value.tenancy, snapStart: members.snapStart ?? .off)
    try configuration.checkSnapStart()
    let code = try await CodeMembers.admit(call.value.zip, beside: layers, services, at: call.place)
    let version = try await services.registry.create(
      name, at: call.place, configuration: configuration, code: code, variables: members.variables ?? [:],
      tags: call.value.tags, publish: call.value.publish)
    return OperationOutput(try services.members(version, isQualified: version.qualifier != .latest))
  }
}
