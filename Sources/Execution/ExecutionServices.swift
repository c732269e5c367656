import Authorization
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
  let metrics: MetricRegistry
  let time: any TimeSource
  let random: any RandomSource
  let log: Logger
  let freezing: FreezingQueue
  let sessions: FunctionSessions
  let gate: any PlatformGate
  let connections: ConnectionWatch

  /// Closes an invocation's log and hands it to the records.
  ///
  /// - Returns: its last 4 KB, where the caller has asked for them.
  func record(
    _ invocation: Invocation, _ result: RuntimeResult, report: ReportLine, lines: PlatformLines,
    log: inout InvocationLog, to destination: LogDestination?
  ) -> [UInt8]? {
    let now = time.wallTime()
    let end = lines.end(
      report, isFunctionError: result.isFunctionError, producedBytes: result.producedBytes, at: now)
    end.forEach { log.appendPlatformLine($0, at: now) }
    log.close(at: now)
    let (events, tail) = log.take()
    record(events, requestID: invocation.requestID, to: destination)
    return invocation.request.wantsLogTail ? tail : nil
  }

  /// Delivers the failure of those before it to an invocation for which nothing is started.
  func deliver(_ invocation: Invocation, heldBack failure: RuntimeFailure, stream: String) {
    let (now, requestID) = (time.wallTime(), invocation.requestID)
    let lines = PlatformLines(version: invocation.version, tenantID: invocation.request.tenantID)
    var log = InvocationLog(logging: invocation.version.logging)
    log.begin(requestID, with: lines.start(requestID, at: now), at: now)
    for line in [lines.heldBack(at: now), failure.logLine(requestID, at: now)] {
      if let line { log.appendPlatformLine(line, at: now) }
    }
    let report = ReportLine(
      requestID: requestID, duration: .zero, initDuration: nil,
      memorySize: invocation.version.configuration.memorySize, memoryPeak: nil, status: failure.status)
    let result = RuntimeResult(isFunctionError: true, body: failure.payload(requestID), status: failure.status)
    let destination = LogDestination(of: invocation.version, stream: stream)
    let tail = record(invocation, result, report: report, lines: lines, log: &log, to: destination)
    invocation.finish(result, logTail: tail)
  }

  /// Records what an environment printed since its last report and nobody was told of.
  func recordRest(of end: EnvironmentEnd, version: FunctionVersion) {
    guard case .runtime(_, var log, let stream) = end else { return }
    log.close(at: time.wallTime())
    record(log.takeEvents(), requestID: nil, to: LogDestination(of: version, stream: stream))
  }

  /// Hands a part of a log to the records.
  ///
  /// - Parameter requestID: nil for output between invocations.
  func record(_ events: [Telemetry.LogEvent], requestID: RequestID?, to destination: LogDestination?) {
    guard let destination else { return }
    records.append(destination.batch(events.map { $0.belonging(to: requestID) }))
  }
}
