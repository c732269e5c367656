import Core
package import JSON
import Policy

/// What others may do with one function, version, alias or layer version: the statements that were added, each by itself.
package struct ResourcePolicy: Hashable, Sendable {
  package let statements: [Permission]
  /// Changes with every change of the policy; a UUID.
  package let revisionID: String

  /// Bytes of the whole policy (Lambda, "Quotas": resource-based policies).
  static let sizeLimit = 20_480

  /// The document as Lambda's callers see it.
  ///
  /// - Parameter isThere: whether a principal of that ARN and unique id is there; the id is shown of one that is not.
  package func text(isThere: (_ arn: String, _ id: String) -> Bool) -> String {
    Self.text(statements.map { $0.shown(isThere: isThere) })
  }

  var size: Int { Self.text(statements.map(\.json)).utf8.count }

  private static func text(_ statements: [JSONValue]) -> String {
    let document: JSONValue = ["Version": "2012-10-17", "Id": "default", "Statement": .array(statements)]
    return String(decoding: document.encoded, as: UTF8.self)
  }

  /// The policy for decisions.
  ///
  /// - Parameter withPublic: whether what everybody may do counts.
  /// - Throws: `FunctionError.unreadableRecord`.
  func compiled(withPublic: Bool) throws(FunctionError) -> PolicyDocument {
    let counted = statements.filter { withPublic || !$0.isPublic }
    guard !counted.isEmpty else { return .nothing }
    // With ids for ARNs, each statement by itself: of two, one may mean a user who is gone.
    let text = Self.text(counted.map { $0.shown { _, _ in false } })
    do {
      return try PolicyDocument(parsing: text.utf8)
    } catch {
      throw .unreadableRecord(text)
    }
  }
}

/// One statement of a resource's policy.
package struct Permission: Hashable, Sendable {
  package let id: String
  /// The statement as it stands in the document.
  package let json: JSONValue
  /// The unique id of a user or role of the account that the statement names: one made anew under the old name is not
  /// meant.
  package let principalID: String?
  /// Whether it allows everybody, of every account.
  package let isPublic: Bool

  package init(id: String, json: JSONValue, principalID: String?, isPublic: Bool) {
    self.id = id
    self.json = json
    self.principalID = principalID
    self.isPublic = isPublic
  }

  var principalARN: String? { json["Principal"]?["AWS"]?.string }

  fileprivate func shown(isThere: (String, String) -> Bool) -> JSONValue {
    guard let principalID, let principalARN, !isThere(principalARN, principalID), case .object(var members) = json
    else {
      return json
    }
    members["Principal"] = ["AWS": .string(principalID)]
    return .object(members)
  }
}

/// Why a resource's policy was not changed or shown.
package enum ResourcePolicyError: Error, Hashable, Sendable {
  /// The resource has no policy.
  case none
  /// There is no such statement.
  case noStatement(String)
  case statementExists(String)
  case revisionMismatch
  /// The policy would be larger than it may be, both in bytes.
  case tooLong(size: Int, limit: Int)
  /// It would allow everybody, and the account forbids that.
  case isPublic
}
