import Core
import Identity
import JSON
import Wire

/// Shapes of answers that more than one operation has.
enum IAMOutputs {
  /// `2026-01-31T23:59:59Z`
  static func date(_ time: WallTime) -> JSONValue { .string(time.utc.isoZulu) }

  /// Policies go over the wire percent-encoded (RFC 3986), which clients undo.
  static func document(_ text: String) -> JSONValue { .string(PercentCoding.encode(text)) }

  static func user(_ user: User, boundary: String? = nil, tags: [String: String] = [:]) -> JSONValue {
    var members: [String: JSONValue] = [
      "Path": .string(user.path), "UserName": .string(user.name), "UserId": .string(user.uniqueID),
      "Arn": .string(user.arn.description), "CreateDate": date(user.createdAt),
    ]
    if let boundary { members["PermissionsBoundary"] = self.boundary(boundary) }
    if !tags.isEmpty { members["Tags"] = IAMTags.list(tags) }
    return .object(members)
  }

  static func group(_ group: Group) -> JSONValue {
    [
      "Path": .string(group.path), "GroupName": .string(group.name), "GroupId": .string(group.uniqueID),
      "Arn": .string(group.arn.description), "CreateDate": date(group.createdAt),
    ]
  }

  /// - Parameter lastUse: nil where it is not told; an empty structure for a role that was never used.
  static func role(
    _ role: Role, boundary: String? = nil, tags: [String: String] = [:], lastUse: JSONValue? = nil
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "Path": .string(role.path), "RoleName": .string(role.name), "RoleId": .string(role.uniqueID),
      "Arn": .string(role.arn.description), "CreateDate": date(role.createdAt),
      "AssumeRolePolicyDocument": document(role.trustPolicy),
      "MaxSessionDuration": .integer(Int64(role.maximumSession)),
    ]
    members["RoleLastUsed"] = lastUse
    if !role.description.isEmpty { members["Description"] = .string(role.description) }
    if let boundary { members["PermissionsBoundary"] = self.boundary(boundary) }
    if !tags.isEmpty { members["Tags"] = IAMTags.list(tags) }
    return .object(members)
  }

  /// - Parameter use: the last request of any of the role's sessions.
  static func lastUse(_ use: ActionUse?) -> JSONValue {
    guard let use else { return .object([:]) }
    return ["LastUsedDate": date(WallTime(seconds: use.attemptedAt)), "Region": .string(use.region)]
  }

  private static func boundary(_ arn: String) -> JSONValue {
    ["PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": .string(arn)]
  }

  /// - Parameter isWhole: whether the description is told, which lists leave out.
  static func policy(_ description: PolicyDescription, isWhole: Bool) -> JSONValue {
    let policy = description.policy
    var members: [String: JSONValue] = [
      "PolicyName": .string(policy.name), "PolicyId": .string(policy.uniqueID), "Arn": .string(policy.arn),
      "Path": .string(policy.path), "DefaultVersionId": .string("v\(policy.defaultVersion)"),
      "AttachmentCount": .integer(Int64(description.usage.attachments)),
      "PermissionsBoundaryUsageCount": .integer(Int64(description.usage.boundaries)), "IsAttachable": true,
      "CreateDate": date(policy.createdAt), "UpdateDate": date(policy.updatedAt),
    ]
    if isWhole, !policy.description.isEmpty { members["Description"] = .string(policy.description) }
    if isWhole { members["Tags"] = IAMTags.list(description.tags) }
    return .object(members)
  }

  /// - Parameter isWhole: whether the document is told, which lists leave out.
  static func version(_ version: ManagedPolicyVersion, isWhole: Bool) -> JSONValue {
    var members: [String: JSONValue] = [
      "VersionId": .string(version.id), "IsDefaultVersion": .bool(version.isDefault),
      "CreateDate": date(version.createdAt),
    ]
    if isWhole { members["Document"] = document(version.document) }
    return .object(members)
  }
}
