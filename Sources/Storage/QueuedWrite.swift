/// One transaction waiting for its turn: its body, and the way to answer its caller, once.
struct QueuedWrite: Sendable {
  /// Tells the caller the body's result.
  typealias Answer = @Sendable () -> Void

  /// Runs the body. What it returns must be called only when the result is on disk.
  let run: @Sendable (any Transaction) throws -> Answer
  /// Tells the caller that nothing of its body was kept.
  let refuse: @Sendable (any Error) -> Void

  init<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result,
    continuation: CheckedContinuation<Result, any Error>
  ) {
    run = { transaction in
      let result = try body(transaction)
      return { continuation.resume(returning: result) }
    }
    refuse = { error in continuation.resume(throwing: error) }
  }

  func settle(_ outcome: Result<Answer, any Error>) {
    switch outcome {
    case .success(let answer): answer()
    case .failure(let error): refuse(error)
    }
  }
}
