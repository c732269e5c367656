import Admission
package import Core
package import Functions

/// What a caller asks to be run.
package struct InvocationRequest: Sendable {
  package let version: FunctionVersion
  package let hygiene: HygieneMode
  /// A JSON value.
  package let payload: [UInt8]
  /// The ARN as the caller addressed the function, qualifier included where there was one.
  package let invokedARN: String
  /// JSON text, already decoded from base64; nil when the caller sent none.
  package let clientContext: String?
  /// nil for a function that knows no tenants.
  package let tenantID: TenantID?
  package let wantsLogTail: Bool
  /// nil when the caller named no trace: the invocation then begins one.
  package let trace: TraceHeader?

  package init(
    version: FunctionVersion, hygiene: HygieneMode, payload: [UInt8], invokedARN: String, clientContext: String?,
    tenantID: TenantID?, wantsLogTail: Bool, trace: TraceHeader? = nil
  ) {
    self.version = version
    self.hygiene = hygiene
    self.payload = payload
    self.invokedARN = invokedARN
    self.clientContext = clientContext
    self.tenantID = tenantID
    self.wantsLogTail = wantsLogTail
    self.trace = trace
  }
}

/// How an invocation ended, before its bytes.
package struct OutcomeHead: Sendable {
  /// True when the function, not the platform, failed: the bytes then are its error object.
  package let isFunctionError: Bool
  /// Bytes that follow, where they are known.
  package let length: Int?
  /// Of the invocation.
  package let trace: TraceHeader
  /// The last 4 KB of the log of this invocation, when the caller asked for it.
  package let logTail: [UInt8]?
}

/// What is known of an outcome after its bytes.
package struct OutcomeCompletion: Sendable {
  /// nil: the function succeeded.
  package let error: FunctionFailure?
  /// The last 4 KB of the log of this invocation, when the caller asked for it.
  package let logTail: [UInt8]?
}

/// That a function failed, in the words of its runtime or of the platform about it.
package struct FunctionFailure: Hashable, Sendable {
  /// `Unhandled`, or what a streaming runtime calls it.
  package let code: String
  /// The error object, JSON.
  package let details: [UInt8]

  /// The code of a failure that has no other.
  static let unhandled = "Unhandled"
}

/// Why the platform could not run an invocation.
package enum ExecutionFailure: Error, Hashable, Sendable {
  /// The host is full.
  case noCapacity
  /// The package on disk is not what was deployed, or gone; it is not run.
  case damagedCode
  /// The host no longer has the runtime that the function names.
  case missingRuntime(String)
  /// The function's role is gone, or trusts the platform no more.
  case roleNotAssumable
  /// A parked environment did not get as far as the invocation.
  case restore(RestoreFailure)
  /// The server is about to end.
  case shuttingDown
  /// The sandbox could not be made; the server's log says why.
  case sandbox
}

/// Why an environment could not be restored.
package enum RestoreFailure: Hashable, Sendable {
  /// A hook of the function failed, or its runtime ended.
  case failed
  case timedOut
}

/// Where an outcome goes: one `begin`, any number of `write`, one `end`; or one `fail`. Called from any event loop.
package protocol OutcomeReceiver: Sendable {
  /// Whether the bytes of a runtime that streams are wanted as they come. What went wrong is then said at the end: the
  /// head is that of a success.
  var takesStream: Bool { get }
  func begin(_ head: OutcomeHead)
  /// - Parameter taken: called once the bytes are not held any more, sent or not; from any thread.
  func write(_ bytes: [UInt8], taken: (@Sendable () -> Void)?)
  func end(_ completion: OutcomeCompletion)
  func fail(_ failure: ExecutionFailure)
}

/// One invocation on its way: the request, its admission and who waits for the outcome.
final class Invocation: Sendable {
  let requestID: RequestID
  let request: InvocationRequest
  let trace: TraceHeader
  let receiver: any OutcomeReceiver
  private let lease: Lease

  init(
    requestID: RequestID, request: InvocationRequest, trace: TraceHeader, lease: Lease, receiver: any OutcomeReceiver
  ) {
    self.requestID = requestID
    self.request = request
    self.trace = trace
    self.lease = lease
    self.receiver = receiver
  }

  var version: FunctionVersion { request.version }

  /// Hands over a whole outcome and gives the concurrency back.
  func finish(_ result: RuntimeResult, logTail: [UInt8]?) {
    let isError = result.isFunctionError
    let isToldAtEnd = receiver.takesStream
    let completion = OutcomeCompletion(error: isError ? result.functionFailure : nil, logTail: logTail)
    guard result.streamedBytes == nil else { return endStream(completion) }
    lease.release()
    if isToldAtEnd {
      beginStream()
    } else {
      receiver.begin(
        OutcomeHead(isFunctionError: isError, length: result.body.count, trace: trace, logTail: logTail))
    }
    if !(isError && isToldAtEnd) { receiver.write(result.body, taken: nil) }
    receiver.end(completion)
  }

  /// Begins an outcome whose bytes come one by one.
  func beginStream() {
    receiver.begin(OutcomeHead(isFunctionError: false, length: nil, trace: trace, logTail: nil))
  }

  private func endStream(_ completion: OutcomeCompletion) {
    lease.release()
    receiver.end(completion)
  }

  /// Ends without an outcome and gives the concurrency back.
  func fail(_ failure: ExecutionFailure) {
    lease.release()
    receiver.fail(failure)
  }
}
