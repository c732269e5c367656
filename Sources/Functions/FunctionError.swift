/// Why a request about functions was not carried out.
package enum FunctionError: Error, Hashable, Sendable {
  /// No function, or no such version of it; the ARN that was asked for.
  case notFound(String)
  case alreadyExists(String)
  /// `RevisionId` is not the current one.
  case revisionMismatch
  /// Somebody else changed the function at the same time; the same request may be tried again.
  case concurrentChange(String)
  /// The version `$LATEST` cannot be deleted alone.
  case cannotDeleteLatest
  /// `CodeSha256` does not name the code that is there.
  case codeMismatch(expected: String, actual: String)
  /// No such alias of a function that is there; the ARN that was asked for.
  case aliasNotFound(String)
  /// With the ARN.
  case aliasExists(String)
  /// An alias of two versions may not have `$LATEST` as one of them.
  case weightedLatest
  /// An alias names the same version twice.
  case repeatedVersion(String)
  /// Aliases, here by name, point at the version that was to be deleted.
  case versionHasAliases([String])
  /// A function would have more than it can.
  case tooManyTags
  /// Another tag's key differs from it in case only.
  case ambiguousTag(String)
  /// A stored record cannot be read; for the server's own log.
  case unreadableRecord(String)
}
