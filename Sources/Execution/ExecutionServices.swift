import Core
import Functions
import Logging
import Sandbox
import SupplyChain
import Telemetry

/// What every environment needs of the rest of the server.
struct ExecutionServices: Sendable {
  let spawner: Spawner
  let runtimes: RuntimeCatalog
  let stock: StockKeeper
  let environment: FunctionEnvironment
  let records: LogWriter
  let findings: FindingRecorder
  let time: any TimeSource
  let random: any RandomSource
  let log: Logger

  /// Closes an invocation's log, hands it to the records, and the outcome to the caller.
  func deliver(
    _ invocation: Invocation, _ result: RuntimeResult, report: ReportLine, lines: PlatformLines,
    log: inout InvocationLog, stream: String
  ) {
    let now = time.wallTime()
    let end = lines.end(
      report, isFunctionError: result.isFunctionError, producedBytes: result.producedBytes, at: now)
    end.forEach { log.appendPlatformLine($0, at: now) }
    log.close(at: now)
    let (events, tail) = log.take()
    record(events, of: invocation.version, requestID: invocation.requestID, stream: stream)
    invocation.finish(result, logTail: invocation.request.wantsLogTail ? tail : nil)
  }

  /// Records what an environment printed since its last report and nobody was told of.
  func recordRest(of end: EnvironmentEnd, version: FunctionVersion) {
    guard case .runtime(var log, let stream, _) = end else { return }
    log.close(at: time.wallTime())
    record(log.takeEvents(), of: version, requestID: nil, stream: stream)
  }

  /// Hands a part of a log to the records.
  ///
  /// - Parameter requestID: nil for output between invocations.
  func record(_ events: [Telemetry.LogEvent], of version: FunctionVersion, requestID: RequestID?, stream: String) {
    guard let group = LogGroupName(version.logGroup), let stream = LogStreamName(stream) else { return }
    records.append(
      LogBatch(place: version.place, group: group, stream: stream, requestID: requestID, events: events))
  }
}
