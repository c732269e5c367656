import Core
import Functions
import Sandbox
import Testing

@testable import Execution

struct RuntimeFailureTests {
  private let requestID: RequestID

  init() throws { requestID = try #require(RequestID("00000000-0000-4000-8000-000000000000")) }

  @Test func `a runtime that was killed for want of memory is reported as lambda does`() {
    let failure = RuntimeFailure.exited(SandboxExit(cause: .signal(9), oomKills: 1, memoryPeak: 200 << 20))
    let report = ReportLine(
      requestID: requestID, duration: .milliseconds(5), initDuration: nil, memorySize: 128, memoryPeak: 200 << 20,
      status: failure.status)
    #expect(report.text.hasSuffix("\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory\t"))
    let payload = String(decoding: failure.payload(requestID), as: UTF8.self)
    #expect(payload.contains(#""errorType":"Runtime.ExitError""#))
    #expect(payload.contains("RequestId: \(requestID) Error: Runtime exited with error: signal: killed"))
  }

  @Test func `a runtime that ends of its own accord has an exit error`() {
    let failure = RuntimeFailure.exited(SandboxExit(cause: .code(3), oomKills: 0, memoryPeak: 1))
    #expect(failure.status.fields == ["Status: error", "Error Type: Runtime.ExitError"])
  }

  @Test(
    arguments: [
      (#"{"errorType":"Runtime.ImportModuleError"}"#, "Runtime.ImportModuleError"), (#"{"errorType":7}"#, nil),
      ("no json", nil), (#"{"errorType":"a\tStatus: success"}"#, nil), (#"{"errorType":""}"#, nil),
    ] as [(String, String?)])
  func `a runtime's word stands in the report only where it cannot be taken for another field`(
    body: String, type: String?
  ) {
    #expect(RuntimeFailure.initError(Array(body.utf8)).status == .error(type))
  }

  @Test func `without a control group nothing is said of memory`() {
    let report = ReportLine(
      requestID: requestID, duration: .zero, initDuration: nil, memorySize: 128, memoryPeak: nil, status: nil)
    #expect(!report.text.contains("Max Memory Used"))
  }

  @Test func `a version fails by what its function did, and not with the host`() {
    let lost = SandboxExit(cause: .lost, oomKills: 0, memoryPeak: nil)
    #expect(RuntimeFailure.exited(lost).snapshotFailure == nil)
    let full = SandboxExit(cause: .signal(9), oomKills: 1, memoryPeak: 1)
    #expect(RuntimeFailure.exited(full).snapshotFailure?.code == .outOfMemory)
    #expect(RuntimeFailure.timedOut(seconds: 130).snapshotFailure?.code == .timeout)
    let reported = RuntimeFailure.initError(Array(#"{"errorType":"E","errorMessage":"no"}"#.utf8)).snapshotFailure
    #expect(reported?.code == .runtime)
    #expect(reported?.reason == "The init phase failed: E: no")
    #expect(RuntimeFailure.initError([]).snapshotFailure?.reason == "The init phase failed")
  }
}
