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
  /// A stored record cannot be read; for the server's own log.
  case unreadableRecord(String)
}
