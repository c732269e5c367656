import Core
import Functions
import JSON
import Wire

/// The rules that AWS has for tags.
enum TagMembers {
  private static let keyLengths = 1...128
  private static let longestValue = 256
  private static let pattern = "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)"

  /// Reads `Tags` and notes those that break a constraint.
  ///
  /// - Returns: nil when the request has none.
  static func read(_ members: inout MemberReader) throws(Fault) -> [String: String]? {
    guard let object = try members.object("Tags") else { return nil }
    var tags: [String: String] = [:]
    for (key, value) in object.sorted(by: { $0.key < $1.key }) {
      guard case .string(let text) = value else { throw .serialization("`Tags` is not a map of strings") }
      tags[key] = text
      checkKey(key, text, &members)
      checkValue(key, text, &members)
    }
    return tags
  }

  /// - Throws: for a key that is AWS's own, and for more tags than a function can have.
  static func check(_ tags: [String: String]) throws(Fault) {
    guard !tags.keys.contains(where: isReserved) else {
      throw LambdaErrors.invalidParameter("aws: prefixed tag key names are not allowed for external use.")
    }
    if tags.count > FunctionRegistry.mostTags { throw LambdaErrors.tooManyTags }
    if let key = FunctionRegistry.ambiguousTag(in: tags) { throw LambdaErrors.ambiguousTag(key) }
  }

  /// Reads `TagKeys`, which must be there.
  static func readKeys(_ members: inout MemberReader) -> [String] {
    let keys = members.queryValues("TagKeys", in: "tagKeys")
    if keys.isEmpty { members.note(nil, at: "TagKeys", "Member must not be null") }
    for key in keys where !isKey(key) {
      members.note("[\(key)]", at: "TagKeys", "Member must satisfy constraint: \(keyConstraint)")
    }
    return keys
  }

  private static var keyConstraint: String {
    "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, "
      + "Member must satisfy regular expression pattern: \(pattern), Member must not be null]"
  }

  private static func checkKey(_ key: String, _ value: String, _ members: inout MemberReader) {
    guard !isKey(key) else { return }
    members.note("{\(key)=\(value)}", at: "Tags", "Map keys must satisfy constraint: \(keyConstraint)")
  }

  private static func checkValue(_ key: String, _ value: String, _ members: inout MemberReader) {
    guard value.unicodeScalars.count > longestValue || !value.unicodeScalars.allSatisfy(TagCharacter.contains) else {
      return
    }
    members.note(
      "{\(key)=\(value)}", at: "Tags",
      "Map value must satisfy constraint: [Member must have length less than or equal to 256, "
        + "Member must have length greater than or equal to 0, "
        + "Member must satisfy regular expression pattern: \(pattern), Member must not be null]")
  }

  private static func isKey(_ key: String) -> Bool {
    keyLengths.contains(key.unicodeScalars.count) && key.unicodeScalars.allSatisfy(TagCharacter.contains)
  }

  /// In any case, as AWS has it.
  private static func isReserved(_ key: String) -> Bool { String(key.prefix(4)).equalsIgnoringASCIICase("aws:") }
}

/// What a request about tags names, by `Resource`.
struct TaggedResource: Hashable, Sendable {
  let arn: String
  /// nil for a kind of resource that this version of Redoubt has none of.
  let function: FunctionTarget?
}

extension MemberReader {
  /// The pattern of `TaggableResource` in AWS's model, as far as functions go.
  private static let taggablePattern =
    "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:"
    + "(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}"
    + "|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"
  private static let otherKinds = [
    "code-signing-config:", "event-source-mapping:", "capacity-provider:", "network-connector:",
  ]

  /// Reads `Resource`, an ARN, from the path.
  mutating func taggedResource() -> TaggedResource {
    let text = path("Resource")
    guard let arn = ARN(text), arn.service == "lambda", AccountID(arn.account) != nil else {
      return notTaggable(text)
    }
    if Self.otherKinds.contains(where: { arn.resource.hasPrefix($0) }) {
      return TaggedResource(arn: text, function: nil)
    }
    guard let reference = FunctionReference(text) else { return notTaggable(text) }
    let target = FunctionTarget(
      reference: reference, qualifier: reference.qualifier ?? "$LATEST", isQualified: reference.qualifier != nil)
    return TaggedResource(arn: text, function: target)
  }

  private mutating func notTaggable(_ text: String) -> TaggedResource {
    note(text, at: "Resource", "Member must satisfy regular expression pattern: \(Self.taggablePattern)")
    return TaggedResource(arn: text, function: nil)
  }
}

extension LambdaServices {
  /// - Throws: `FunctionError.notFound`, and for a version or an alias, which have no tags.
  func name(_ resource: TaggedResource, at place: AccountRegion) throws -> FunctionName {
    guard let target = resource.function else {
      throw LambdaErrors.notFound("The resource you requested does not exist: \(resource.arn)")
    }
    guard !target.isQualified else {
      throw LambdaErrors.invalidParameter(
        "Tags on function aliases and versions are not supported. Please specify a function ARN.")
    }
    return try name(target, at: place)
  }
}
