import Core
import Functions
import JSON
import Wire

/// The alias that a path names.
struct AliasTarget: Hashable, Sendable {
  let function: FunctionTarget
  let name: AliasName
}

/// The version that an alias is to point at, as written.
struct AliasVersion: Hashable, Sendable {
  private static let pattern = "(\\$LATEST(\\.PUBLISHED)?|[0-9]+)"

  private let text: String

  /// - Returns: nil when the request leaves it out.
  init?(_ text: String?, _ members: inout MemberReader) {
    guard let text else { return nil }
    self.text = text
    members.check(text, at: "FunctionVersion", lengths: 1...1024)
    members.check(text, at: "FunctionVersion", pattern: Self.pattern) { text in
      ["$LATEST", "$LATEST.PUBLISHED"].contains(text) || AliasVersion.isNumber(text)
    }
  }

  /// - Throws: `FunctionError.notFound` for a number that no version can have.
  func qualifier(of target: FunctionTarget, at place: AccountRegion) throws -> Qualifier {
    guard text != "$LATEST.PUBLISHED" else {
      throw LambdaErrors.invalidParameter("not supported by this version of Redoubt: FunctionVersion: \(text)")
    }
    guard let qualifier = Qualifier(text) else {
      throw FunctionError.notFound("\(target.arn(at: place)):\(text)")
    }
    return qualifier
  }

  static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

/// The shares of further versions that a request asks for.
struct RoutingMembers: Sendable {
  /// nil when the request says nothing of them.
  private let weights: [String: Double]?

  init(_ members: inout MemberReader) throws(Fault) {
    guard let routing = try members.structure("RoutingConfig") else {
      self.weights = nil
      return
    }
    var weights: [String: Double] = [:]
    for (version, value) in try routing.object("AdditionalVersionWeights") ?? [:] {
      guard let weight = value.double else {
        throw .serialization("`RoutingConfig.AdditionalVersionWeights` is not a map of numbers")
      }
      weights[version] = weight
      Self.check(version, weight, &members)
    }
    self.weights = weights
  }

  /// nil for no word about it, an inner nil for no further version.
  func additional(of target: FunctionTarget, at place: AccountRegion) throws -> AdditionalVersion?? {
    guard let weights else { return nil }
    guard weights.count <= 1 else {
      throw LambdaErrors.invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
    }
    guard let (text, weight) = weights.first else { return .some(nil) }
    guard let version = Qualifier(text), let additional = AdditionalVersion(version, weight: weight) else {
      throw FunctionError.notFound("\(target.arn(at: place)):\(text)")
    }
    return additional
  }

  private static func check(_ version: String, _ weight: Double, _ members: inout MemberReader) {
    let shown = "{\(version)=\(weight)}"
    if !AliasVersion.isNumber(version) || version.utf8.count > 1024 {
      members.note(
        shown, at: "RoutingConfig.additionalVersionWeights",
        "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
          + "Member must have length greater than or equal to 1, "
          + "Member must satisfy regular expression pattern: [0-9]+, Member must not be null]")
    }
    if !(0...1).contains(weight) {
      members.note(
        shown, at: "RoutingConfig.additionalVersionWeights",
        "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
          + "Member must have value greater than or equal to 0.0, Member must not be null]")
    }
  }
}

extension MemberReader {
  /// Reads `FunctionName` and `Name` from the path.
  mutating func aliasTarget() throws(Fault) -> AliasTarget {
    AliasTarget(function: try functionTarget(hasQualifier: false), name: aliasName(path("Name")))
  }

  mutating func aliasName(_ text: String) -> AliasName {
    check(text, at: "Name", lengths: 1...128)
    check(text, at: "Name", pattern: "(?!^[0-9]+$)([a-zA-Z0-9-_]+)") { text in
      // What is too long has been noted; of that, the form is judged by its beginning.
      AliasName(String(text.unicodeScalars.prefix(128))) != nil
    }
    return AliasName(text) ?? .none
  }
}

extension FunctionAlias {
  /// The `AliasConfiguration` shape.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "AliasArn": .string(arn.description),
      "Name": .string(name.description),
      "FunctionVersion": .string(routing.version.description),
      "Description": .string(description),
      "RevisionId": .string(revisionID),
    ]
    if let additional = routing.additional {
      members["RoutingConfig"] = [
        "AdditionalVersionWeights": .object([additional.version.description: .number(additional.weight)])
      ]
    }
    return .object(members)
  }
}
