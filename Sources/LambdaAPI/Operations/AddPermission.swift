import Authorization
import Core
import Functions
import Identity
import JSON
import Telemetry
import Wire

/// Lets others do something with a function, a version or an alias.
struct AddPermission: ControlOperation, LambdaOperation {
  static let name = "AddPermission"
  static let route = Route("POST", "/2015-03-31/functions/{FunctionName}/policy", successStatus: 201)

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let permission: PermissionMembers
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: true)
    var permission = try PermissionMembers(
      &members, actions: "(lambda:[*]|lambda:[a-zA-Z]+|[*])", areActions: isAction)
    permission.sourceARN = try members.string("SourceArn")
    permission.sourceAccount = try members.string("SourceAccount")
    permission.eventSourceToken = try members.string("EventSourceToken")
    permission.organization = try members.string("PrincipalOrgID")
    permission.functionURLAuthentication = try members.string("FunctionUrlAuthType")
    permission.isInvokedByURL = try members.bool("InvokedViaFunctionUrl")
    check(permission, &members)
    return Input(target: target, permission: permission, revisionID: try members.string("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    var keys: [String: JSONValue] = ["lambda:Principal": .string(input.permission.principal)]
    keys["lambda:FunctionUrlAuthType"] = input.permission.functionURLAuthentication.map { .string($0) }
    return [AccessRequest("lambda:AddPermission", on: input.target.arn(at: place), keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (target, members) = (call.value.target, call.value.permission)
    let name = try services.name(target, at: call.place)
    let qualifier = try target.policyQualifier
    let resource = target.arn(at: call.place)
    let permission = try members.permission(on: resource, services.identities, at: call.place)
    _ = try await services.registry.permit(
      permission, of: name, qualifier, at: call.place, revisionID: call.value.revisionID)
    if members.isUnscopedService {
      services.findings.record(.unscopedService(members.principal, on: resource, at: call.place))
    }
    return OperationOutput(["Statement": .string(String(decoding: permission.json.encoded, as: UTF8.self))])
  }

  private static func isAction(_ text: String) -> Bool {
    let name = text.hasPrefix("lambda:") ? text.dropFirst("lambda:".count) : ""
    let isLetters = !name.isEmpty && name.utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) }
    return text == "*" || name == "*" || isLetters
  }

  private static func check(_ permission: PermissionMembers, _ members: inout MemberReader) {
    members.check(permission.sourceARN, at: "SourceArn", lengths: 0...10_000)
    members.check(
      permission.sourceARN, at: "SourceArn",
      pattern: "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?"
        + ":(\\d{12})?:(.*)", matches: isSource)
    members.check(permission.sourceAccount, at: "SourceAccount", pattern: "\\d{12}") { AccountID($0) != nil }
    members.check(permission.eventSourceToken, at: "EventSourceToken", lengths: 0...256)
    members.check(permission.eventSourceToken, at: "EventSourceToken", pattern: "[a-zA-Z0-9._\\-]+") { text in
      !text.isEmpty
        && text.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "._-".utf8.contains(byte)
        }
    }
    members.check(permission.organization, at: "PrincipalOrgID", lengths: 12...34)
    members.check(permission.organization, at: "PrincipalOrgID", pattern: "o-[a-z0-9]{10,32}", matches: isOrganization)
    members.check(permission.functionURLAuthentication, at: "FunctionUrlAuthType", oneOf: ["NONE", "AWS_IAM"])
  }

  private static func isSource(_ text: String) -> Bool {
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count == 6, fields[0] == "arn", fields[1].hasPrefix("aws"), !fields[2].isEmpty else { return false }
    let isRegion = fields[3].isEmpty || Region(String(fields[3])) != nil
    return isRegion && (fields[4].isEmpty || AccountID(String(fields[4])) != nil)
  }

  static func isOrganization(_ text: String) -> Bool {
    let rest = text.dropFirst(2)
    return text.hasPrefix("o-") && (10...32).contains(rest.utf8.count)
      && rest.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
  }
}

extension FunctionTarget {
  /// Whose policy is meant: a version's or an alias's; nil: the function's by its plain name.
  var policyQualifier: String? {
    get throws(Fault) {
      guard isQualified else { return nil }
      guard !qualifier.hasPrefix("$LATEST") else {
        throw LambdaErrors.invalidParameter("We currently do not support adding policies for $LATEST.")
      }
      return qualifier
    }
  }
}
