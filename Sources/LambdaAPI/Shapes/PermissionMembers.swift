import Core
import Functions
import Identity
import JSON
import Wire

/// Whom a statement of a resource's policy lets in.
enum PermittedPrincipal: Hashable, Sendable {
  case everyone
  /// `arn:aws:iam::ACCOUNT:root` or the ARN of a user, a role or a session.
  case arn(ARN)
  case service(String)

  /// - Returns: nil for what is no principal.
  init?(_ text: String) {
    if text == "*" {
      self = .everyone
    } else if let account = AccountID(text) {
      self = .arn(ARN(service: "iam", region: "", account: account.description, resource: "root"))
    } else if let arn = ARN(text), Self.isPrincipal(arn) {
      self = .arn(arn)
    } else if Self.isService(text) {
      self = .service(text)
    } else {
      return nil
    }
  }

  var json: JSONValue {
    switch self {
    case .everyone: "*"
    case .arn(let arn): ["AWS": .string(arn.description)]
    case .service(let name): ["Service": .string(name)]
    }
  }

  private static func isPrincipal(_ arn: ARN) -> Bool {
    guard AccountID(arn.account) != nil, arn.region.isEmpty else { return false }
    let kinds = arn.service == "iam" ? ["user/", "role/"] : arn.service == "sts" ? ["assumed-role/"] : []
    let isRoot = arn.service == "iam" && arn.resource == "root"
    let isOne = kinds.contains { arn.resource.hasPrefix($0) } && !arn.resource.contains { $0 == "*" || $0 == "?" }
    return isRoot || isOne
  }

  private static func isService(_ text: String) -> Bool {
    let labels = text.fields(separatedBy: ".")
    let isHostName = labels.allSatisfy { label in
      !label.isEmpty
        && label.utf8.allSatisfy { byte in
          (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
        }
    }
    return isHostName && (text.hasSuffix(".amazonaws.com") || text.hasSuffix(".amazon.com"))
  }
}

/// What AddPermission and AddLayerVersionPermission are asked to add.
struct PermissionMembers: Sendable {
  let statementID: String
  let action: String
  let principal: String
  var sourceARN: String?
  var sourceAccount: String?
  var organization: String?
  var eventSourceToken: String?
  var functionURLAuthentication: String?
  var isInvokedByURL: Bool?

  /// A fault that says which member is wrong, and nothing of who is there.
  static let invalidPrincipal = LambdaErrors.invalidParameter(
    "The provided principal was invalid. Please check the principal and try again.")

  private static let statementPattern = "([a-zA-Z0-9-_]+)"

  /// Reads what both have.
  init(_ members: inout MemberReader, actions pattern: String, areActions: (String) -> Bool) throws(Fault) {
    statementID = try members.requiredString("StatementId")
    action = try members.requiredString("Action")
    principal = try members.requiredString("Principal")
    members.checkStatementID(statementID, pattern: Self.statementPattern)
    members.check(action, at: "Action", pattern: pattern, matches: areActions)
    members.check(principal, at: "Principal", lengths: 0...2048)
    members.check(principal, at: "Principal", pattern: "[^\\s]+") { text in
      !text.isEmpty && !text.contains(where: \.isWhitespace)
    }
  }

  /// The statement, for the resource.
  ///
  /// - Throws: for a principal that cannot be, or that is not there.
  func permission(on resource: String, _ identities: IdentityDirectory, at place: AccountRegion) throws -> Permission {
    guard let who = PermittedPrincipal(principal) else { throw Self.invalidPrincipal }
    let id = try Self.id(of: who, identities, place.account)
    var statement: [String: JSONValue] = [
      "Sid": .string(statementID), "Effect": "Allow", "Principal": who.json, "Action": .string(action),
      "Resource": .string(resource),
    ]
    if !conditions.isEmpty { statement["Condition"] = .object(conditions) }
    return Permission(
      id: statementID, json: .object(statement), principalID: id, isPublic: who == .everyone && !isScoped)
  }

  /// What the principal is kept by, if it is one of the account.
  private static func id(
    of principal: PermittedPrincipal, _ identities: IdentityDirectory, _ account: AccountID
  ) throws -> String? {
    guard case .arn(let arn) = principal, arn.account == account.description, arn.resource != "root" else { return nil }
    guard let id = identities.uniqueID(of: arn) else { throw invalidPrincipal }
    return id
  }

  /// Whether a service is let in for whatever it acts: for anybody's resources, then.
  var isUnscopedService: Bool {
    guard case .service? = PermittedPrincipal(principal) else { return false }
    return sourceARN == nil && sourceAccount == nil && organization == nil
  }

  /// Whether the conditions say whose resource or principal it has to be.
  private var isScoped: Bool {
    let source = sourceARN.flatMap { ARN($0) }.flatMap { AccountID($0.account) }
    return source != nil || sourceAccount != nil || organization != nil
  }

  private var conditions: [String: JSONValue] {
    var texts: [String: JSONValue] = [:]
    texts["AWS:SourceAccount"] = sourceAccount.map { .string($0) }
    texts["aws:PrincipalOrgID"] = organization.map { .string($0) }
    texts["lambda:EventSourceToken"] = eventSourceToken.map { .string($0) }
    texts["lambda:FunctionUrlAuthType"] = functionURLAuthentication.map { .string($0) }
    var conditions: [String: JSONValue] = [:]
    if !texts.isEmpty { conditions["StringEquals"] = .object(texts) }
    if let sourceARN { conditions["ArnLike"] = ["AWS:SourceArn": .string(sourceARN)] }
    if let isInvokedByURL {
      conditions["Bool"] = ["lambda:InvokedViaFunctionUrl": .string(String(isInvokedByURL))]
    }
    return conditions
  }
}

extension MemberReader {
  mutating func checkStatementID(_ text: String, pattern: String) {
    check(text, at: "StatementId", lengths: 1...100)
    check(text, at: "StatementId", pattern: pattern) { text in
      !text.isEmpty
        && text.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
          case UInt8(ascii: "."): pattern.contains(".")
          default: false
          }
        }
    }
  }

  /// Reads `StatementId` from the path.
  mutating func statementID() -> String {
    let text = path("StatementId")
    checkStatementID(text, pattern: "([a-zA-Z0-9-_.]+)")
    return text
  }
}
