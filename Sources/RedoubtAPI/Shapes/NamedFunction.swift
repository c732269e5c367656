import Core
import Functions
import Wire

/// The function that a path names, by name or ARN. What is set here holds for all its versions: there is no qualifier.
struct NamedFunction: Hashable, Sendable {
  let reference: FunctionReference

  /// What stands for a name that does not parse: constraints are reported after authorization.
  static let unnamed = NamedFunction(reference: FunctionReference(name: .none))

  func arn(at place: AccountRegion) -> ARN {
    ARN(
      service: "lambda", region: reference.region ?? place.region.description,
      account: reference.account ?? place.account.description, resource: "function:\(reference.name)")
  }

  /// - Throws: `FunctionError.notFound`.
  func find(in catalog: FunctionCatalog, at place: AccountRegion) throws(FunctionError) -> FunctionName {
    guard reference.isIn(place), catalog.contains(reference.name, at: place) else {
      throw .notFound(arn(at: place).description)
    }
    return reference.name
  }
}

extension MemberReader {
  mutating func namedFunction() throws(Fault) -> NamedFunction {
    let text = path("FunctionName")
    guard let reference = FunctionReference(text) else {
      note(
        text, at: "FunctionName", "Member must satisfy regular expression pattern: \(FunctionReference.pattern)")
      return .unnamed
    }
    if reference.qualifier != nil {
      note(RedoubtErrors.invalid("hygiene belongs to a function, not to a version: `\(text)` has a qualifier"))
    }
    return NamedFunction(reference: reference)
  }
}
