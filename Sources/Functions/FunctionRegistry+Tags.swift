package import Core
import Storage

extension FunctionRegistry {
  /// Tags that one function can have (AWS, "Tag naming and usage conventions").
  package static let mostTags = 50

  /// Adds tags to a function; its versions and environments are not touched.
  ///
  /// - Throws: `FunctionError.notFound`, `.ambiguousTag`, `.tooManyTags` when there would be more than `mostTags`.
  package func tag(_ name: FunctionName, at place: AccountRegion, with added: [String: String]) async throws {
    try await change(name, at: place) { transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      try self.setTags(added, of: name, at: place, transaction)
    }
  }

  /// Takes tags away; a key that is not there is no error.
  package func untag(_ name: FunctionName, at place: AccountRegion, keys: [String]) async throws {
    try await change(name, at: place) { [tags] transaction in
      try tags.remove(keys, of: name, at: place, transaction)
    }
  }

  /// A tag whose key differs from another's in case only: policies, whose condition keys know no case, could not tell
  /// which of the two they ask for.
  package static func ambiguousTag(in tags: [String: String]) -> String? {
    var seen: Set<String> = []
    return tags.keys.sorted().first { !seen.insert($0.lowercased()).inserted }
  }

  func setTags(
    _ added: [String: String], of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    try tags.set(added, of: name, at: place, transaction)
    let all = try tags.tags(of: name, at: place, transaction)
    guard all.count <= Self.mostTags else { throw FunctionError.tooManyTags }
    if let key = Self.ambiguousTag(in: all) { throw FunctionError.ambiguousTag(key) }
  }
}
