import Core
import Functions
import Testing

@testable import Execution

struct PlatformLinesTests {
  private let requestID: RequestID
  private let now = WallTime(milliseconds: 1_700_000_000_123)

  init() throws { requestID = try #require(RequestID("00000000-0000-4000-8000-000000000000")) }

  @Test func `in text the lines are those of lambda`() {
    let lines = lines(LoggingConfiguration())
    #expect(lines.start(requestID, at: now) == "START RequestId: \(requestID) Version: 7")
    let report = report(nil)
    #expect(
      lines.end(report, isFunctionError: false, producedBytes: 2, at: now)
        == ["END RequestId: \(requestID)", report.text])
    #expect(lines.initStart(.ahead, at: now) == nil)
    #expect(lines.initEnd(initReport(nil), at: now).isEmpty)
  }

  @Test func `in json a record says when, what and whose`() {
    let lines = lines(LoggingConfiguration(format: .json))
    #expect(
      lines.start(requestID, at: now)
        == #"{"record":{"requestId":"\#(requestID)","version":"7"},"time":"2023-11-14T22:13:20.123Z","#
        + #""type":"platform.start"}"#)
    #expect(
      lines.end(report(nil), isFunctionError: false, producedBytes: 2, at: now) == [
        #"{"record":{"metrics":{"billedDurationMs":22,"durationMs":1.23,"initDurationMs":20,"maxMemoryUsedMB":30,"#
          + #""memorySizeMB":128},"requestId":"\#(requestID)","status":"success"},"#
          + #""time":"2023-11-14T22:13:20.123Z","type":"platform.report"}"#
      ])
  }

  @Test func `a failure is told with its kind at every level`() {
    for level in LoggingConfiguration.SystemLevel.allCases {
      let end = lines(LoggingConfiguration(format: .json, systemLevel: level))
        .end(report(.error("Runtime.ExitError")), isFunctionError: true, producedBytes: 2, at: now)
      #expect(end.count == 2)
      #expect(end.allSatisfy { $0.contains(#""errorType":"Runtime.ExitError""#) })
      #expect(end.allSatisfy { $0.contains(#""status":"error""#) })
    }
  }

  @Test func `an error that the function reports itself is no success`() {
    let end = lines(LoggingConfiguration(format: .json)).end(
      report(nil), isFunctionError: true, producedBytes: 2, at: now)
    #expect(end.allSatisfy { $0.contains(#""status":"error""#) })
  }

  @Test func `less is told from a higher level on`() {
    let debug = lines(LoggingConfiguration(format: .json, systemLevel: .debug))
    #expect(debug.initStart(.ahead, at: now)?.contains("platform.initStart") == true)
    #expect(debug.initEnd(initReport(nil), at: now).count == 2)
    #expect(debug.end(report(nil), isFunctionError: false, producedBytes: 2, at: now).count == 2)
    let warn = lines(LoggingConfiguration(format: .json, systemLevel: .warn))
    #expect(warn.start(requestID, at: now) == nil)
    #expect(warn.initStart(.ahead, at: now) == nil)
    #expect(warn.end(report(nil), isFunctionError: false, producedBytes: 2, at: now).isEmpty)
  }

  @Test func `in text an init phase is told of when it failed`() {
    let lines = lines(LoggingConfiguration())
    #expect(
      lines.initEnd(initReport(.timeout), at: now)
        == ["INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout"])
    #expect(
      lines.initEnd(initReport(.error("Runtime.ExitError"), .inside), at: now)
        == ["INIT_REPORT Init Duration: 10000.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError"])
    #expect(
      lines.initEnd(initReport(.error(nil)), at: now)
        == ["INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: error"])
  }

  @Test func `in json an init phase that failed is told at every level, and where it was`() {
    for level in LoggingConfiguration.SystemLevel.allCases {
      let lines = lines(LoggingConfiguration(format: .json, systemLevel: level))
      #expect(
        lines.initEnd(initReport(.error("Mine.Init"), .inside), at: now) == [
          #"{"record":{"errorType":"Mine.Init","initializationType":"on-demand","phase":"invoke","status":"error"},"#
            + #""time":"2023-11-14T22:13:20.123Z","type":"platform.initRuntimeDone"}"#,
          #"{"record":{"errorType":"Mine.Init","initializationType":"on-demand","metrics":{"durationMs":10000},"#
            + #""phase":"invoke","status":"error"},"time":"2023-11-14T22:13:20.123Z","type":"platform.initReport"}"#,
        ])
      #expect(lines.initEnd(initReport(.timeout), at: now).allSatisfy { $0.contains(#""status":"timeout""#) })
    }
  }

  @Test func `a restore is told of as lambda does`() {
    var lines = lines(LoggingConfiguration())
    lines.runtime = "python3.11"
    #expect(lines.restoreStart(at: now) == "RESTORE_START Runtime Version: python:3.11")
    #expect(lines.restoreEnd(restoreReport(nil), at: now) == ["RESTORE_REPORT Restore Duration: 1.23 ms"])
    #expect(
      lines.restoreEnd(restoreReport(.timeout), at: now) == [
        "RESTORE_REPORT Restore Duration: 1.23 ms\tStatus: timeout"
      ])
    var report = report(nil)
    report.restoreDuration = .microseconds(1234)
    #expect(report.text.hasSuffix("\tRestore Duration: 1.23 ms\tBilled Restore Duration: 2 ms\t"))
    #expect(report.billed == 23)
  }

  @Test func `in json a restore has three records`() {
    var lines = lines(LoggingConfiguration(format: .json, systemLevel: .debug))
    lines.runtime = "python3.11"
    #expect(
      lines.restoreStart(at: now)
        == #"{"record":{"functionName":"f","functionVersion":"7","runtimeVersion":"python:3.11"},"#
        + #""time":"2023-11-14T22:13:20.123Z","type":"platform.restoreStart"}"#)
    #expect(
      lines.restoreEnd(restoreReport(.error("Mine")), at: now) == [
        #"{"record":{"errorType":"Mine","status":"error"},"time":"2023-11-14T22:13:20.123Z","#
          + #""type":"platform.restoreRuntimeDone"}"#,
        #"{"record":{"errorType":"Mine","metrics":{"durationMs":1.23},"status":"error"},"#
          + #""time":"2023-11-14T22:13:20.123Z","type":"platform.restoreReport"}"#,
      ])
    var report = report(nil)
    report.restoreDuration = .microseconds(1234)
    let metrics = lines.end(report, isFunctionError: false, producedBytes: 2, at: now).last ?? ""
    #expect(metrics.contains(#""restoreDurationMs":1.23"#) && metrics.contains(#""billedRestoreDurationMs":2"#))
  }

  @Test func `an init phase that no invocation reports is told of in text`() {
    var lines = lines(LoggingConfiguration())
    lines.initialization = .snapStart
    #expect(
      lines.initEnd(initReport(nil), at: now) == ["INIT_REPORT Init Duration: 10000.00 ms\tPhase: init"])
  }

  private func restoreReport(_ status: ReportStatus?) -> RestoreReport {
    RestoreReport(duration: .microseconds(1234), status: status)
  }

  private func initReport(_ status: ReportStatus?, _ phase: InitPhase = .ahead) -> InitReport {
    InitReport(phase: phase, duration: .seconds(10), status: status)
  }

  @Test func `records of an invocation name its tenant, where there is one`() {
    var lines = lines(LoggingConfiguration(format: .json, systemLevel: .debug))
    lines.tenantID = TenantID("blue")
    let records =
      [lines.start(requestID, at: now)] + lines.end(report(nil), isFunctionError: false, producedBytes: 2, at: now)
    #expect(records.count == 3)
    for record in records { #expect(record?.contains(#""tenantId":"blue""#) == true) }
  }

  private func lines(_ logging: LoggingConfiguration) -> PlatformLines {
    PlatformLines(logging: logging, functionName: "f", functionVersion: "7")
  }

  private func report(_ status: ReportStatus?) -> ReportLine {
    ReportLine(
      requestID: requestID, duration: .microseconds(1234), initDuration: .milliseconds(20), memorySize: 128,
      memoryPeak: 31_000_000, status: status)
  }
}
