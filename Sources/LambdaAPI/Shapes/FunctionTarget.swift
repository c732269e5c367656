import Core
import Functions
import Wire

/// The function and version that a request names, by `FunctionName` and `Qualifier` together.
struct FunctionTarget: Hashable, Sendable {
  let reference: FunctionReference
  /// A version or an alias, as written; `$LATEST` when the request names none.
  let qualifier: String
  /// Whether the request named a qualifier at all.
  let isQualified: Bool

  /// The ARN as the caller addressed the function: with a qualifier only if there was one.
  func arn(at place: AccountRegion) -> String {
    let account = reference.account ?? place.account.description
    let region = reference.region ?? place.region.description
    var resource = "function:"
    resource += reference.name.description
    if isQualified {
      resource += ":"
      resource += qualifier
    }
    return ARN(service: "lambda", region: region, account: account, resource: resource).description
  }

  /// What stands for a name that does not parse: constraints are reported after authorization.
  static let unnamed = FunctionTarget(
    reference: FunctionReference(name: .none), qualifier: "$LATEST", isQualified: false)
}

extension MemberReader {
  /// Reads the name or ARN of a function, and notes what it breaks.
  mutating func functionReference(_ text: String) -> FunctionReference? {
    if let reference = FunctionReference(text) { return reference }
    let isTooLong = text.utf8.count > FunctionName.longest && FunctionName.hasOnlyAllowed(text)
    note(
      text, at: "FunctionName",
      isTooLong
        ? "Member must have length less than or equal to \(FunctionName.longest)"
        : "Member must satisfy regular expression pattern: \(FunctionReference.pattern)")
    return nil
  }

  /// Reads `FunctionName` from the path and, where the operation has one, `Qualifier` from the query.
  mutating func functionTarget(hasQualifier: Bool) throws(Fault) -> FunctionTarget {
    let text = path("FunctionName")
    let qualifier = hasQualifier ? query("Qualifier") : nil
    check(qualifier, at: "Qualifier", lengths: 1...128)
    check(qualifier, at: "Qualifier", pattern: "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+") { text in
      // What is too long has been noted; of that, the form is judged by its beginning.
      text.isEmpty || FunctionReference.isQualifier(String(text.unicodeScalars.prefix(128)))
    }
    guard let reference = functionReference(text) else { return .unnamed }
    if let qualifier, let derived = reference.qualifier, qualifier != derived {
      note(LambdaErrors.qualifierMismatch)
    }
    if !hasQualifier, reference.qualifier != nil { note(LambdaErrors.qualified) }
    let chosen = qualifier ?? reference.qualifier
    return FunctionTarget(reference: reference, qualifier: chosen ?? "$LATEST", isQualified: chosen != nil)
  }
}
