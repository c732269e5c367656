import NIOCore

/// One piece of a runtime's request, in whatever form it comes.
enum RuntimeAPIPart {
  case head(RuntimeAPIHead)
  case body(ByteBuffer)
  /// - Parameter failure: what a runtime that streams reports behind its answer.
  case end(failure: FunctionFailure?)
}

/// The head of a runtime's request.
struct RuntimeAPIHead {
  /// nil for what the API does not have.
  let request: RuntimeAPIRequest?
  /// Whether the body comes piece by piece, for a caller who takes it so.
  var isStreaming = false
  /// Whether the runtime waits for a word before it sends the body.
  var awaitsContinue = false
  /// Whether the runtime wants to know what came of it.
  var wantsAnswer = true
}

/// The form in which runtimes and the platform speak.
enum RuntimeAPIForm {
  /// The runtime API of every runtime (AWS Lambda Runtime API 2018-06-01).
  case http
  /// What the platform's own runtimes speak instead: the same, in messages that say their length (runtimes/README.md).
  case messages
}
