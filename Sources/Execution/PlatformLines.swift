import Core
import Functions
import JSON
import Wire

/// The platform's lines in the log of one version: in text, or as JSON objects that are as important as it asks for.
///
/// The objects and their levels are those of Lambda's system logs.
struct PlatformLines: Sendable {
  let logging: LoggingConfiguration
  let functionName: String
  /// `$LATEST` or a number.
  let functionVersion: String
  /// Told in each record of an invocation; nil for a function that knows no tenants.
  var tenantID: TenantID? = nil
  var initialization = InitializationType.onDemand
  /// AWS's identifier.
  var runtime = ""

  /// The first line of an invocation.
  func start(_ requestID: RequestID, at time: WallTime) -> String? {
    guard logging.format == .json else {
      return "START RequestId: \(requestID) Version: \(functionVersion)"
    }
    let record: [String: JSONValue] = ["requestId": .string("\(requestID)"), "version": .string(functionVersion)]
    return object("platform.start", .info, .object(record.merging(tenant) { $1 }), at: time)
  }

  /// The last lines of an invocation.
  ///
  /// - Parameter producedBytes: of the outcome.
  func end(_ report: ReportLine, isFunctionError: Bool, producedBytes: Int, at time: WallTime) -> [String] {
    guard logging.format == .json else { return ["END RequestId: \(report.requestID)", report.text] }
    let level: LoggingConfiguration.SystemLevel = isFunctionError ? .warn : .info
    let further = report.statusMembers(isFunctionError: isFunctionError).merging(tenant) { $1 }
    let done: [String: JSONValue] = [
      "requestId": .string("\(report.requestID)"),
      "metrics": [
        "durationMs": .number(report.duration.inHundredths), "producedBytes": .integer(Int64(producedBytes)),
      ],
    ]
    let reported: [String: JSONValue] = [
      "requestId": .string("\(report.requestID)"), "metrics": .object(report.metrics),
    ]
    return [
      object("platform.runtimeDone", isFunctionError ? .warn : .debug, .object(done.merging(further) { $1 }), at: time),
      object("platform.report", level, .object(reported.merging(further) { $1 }), at: time),
    ].compactMap { $0 }
  }

  /// The line at the begin of an init phase; nil in text.
  func initStart(_ phase: InitPhase, at time: WallTime) -> String? {
    guard logging.format == .json else { return nil }
    var record = record(of: phase)
    record["functionName"] = .string(functionName)
    record["functionVersion"] = .string(functionVersion)
    return object("platform.initStart", .debug, .object(record), at: time)
  }

  /// The lines at the end of an init phase; in text only one that failed has any, and one that no invocation reports.
  func initEnd(_ report: InitReport, at time: WallTime) -> [String] {
    guard logging.format == .json else { return isSilent(report) ? [] : [report.text] }
    let level: LoggingConfiguration.SystemLevel = report.status == nil ? .debug : .warn
    var record = record(of: report.phase)
    record["status"] = .string(report.status?.word ?? "success")
    record["errorType"] = report.status?.errorType.map { .string($0) }
    let done = object("platform.initRuntimeDone", level, .object(record), at: time)
    record["metrics"] = ["durationMs": .number(report.duration.inHundredths)]
    return [done, object("platform.initReport", level, .object(record), at: time)].compactMap { $0 }
  }

  /// The line that says why nothing was started for an invocation; nil where the version asks for none.
  func heldBack(at time: WallTime) -> String? {
    let reason =
      "the init phase has failed again and again, this is its last failure; another start is tried in seconds"
    guard logging.format == .json else { return "REDOUBT not started: \(reason)" }
    return object("platform.initHeldBack", .warn, ["reason": .string(reason)], at: time)
  }

  /// The line at the beginning of a restore.
  func restoreStart(at time: WallTime) -> String? {
    guard logging.format == .json else { return "RESTORE_START Runtime Version: \(runtimeVersion)" }
    let record: JSONValue = [
      "functionName": .string(functionName), "functionVersion": .string(functionVersion),
      "runtimeVersion": .string(runtimeVersion),
    ]
    return object("platform.restoreStart", .debug, record, at: time)
  }

  /// The lines at the end of a restore.
  func restoreEnd(_ report: RestoreReport, at time: WallTime) -> [String] {
    guard logging.format == .json else { return [report.text] }
    let level: LoggingConfiguration.SystemLevel = report.status == nil ? .debug : .warn
    var record: [String: JSONValue] = ["status": .string(report.status?.word ?? "success")]
    record["errorType"] = report.status?.errorType.map { .string($0) }
    let done = object("platform.restoreRuntimeDone", level, .object(record), at: time)
    record["metrics"] = ["durationMs": .number(report.duration.inHundredths)]
    return [done, object("platform.restoreReport", level, .object(record), at: time)].compactMap { $0 }
  }

  /// The line that stands for output that was not recorded.
  static func dropped(
    _ count: Int, of limit: Int, in format: LoggingConfiguration.Format, at time: WallTime
  ) -> String {
    let reason = "of one invocation \(limit) bytes are recorded"
    guard format == .json else { return "REDOUBT \(count) bytes of output were dropped: \(reason)" }
    let record: JSONValue = ["droppedBytes": .integer(Int64(count)), "reason": .string(reason)]
    return object("platform.logsDropped", record, at: time)
  }

  private func isSilent(_ report: InitReport) -> Bool { report.status == nil && initialization != .snapStart }

  /// `python:3.11` of `python3.11`: Lambda's form, without the number of a build that Redoubt has none of.
  private var runtimeVersion: String {
    guard let digit = runtime.firstIndex(where: \.isNumber) else { return runtime }
    return runtime[..<digit] + ":" + runtime[digit...]
  }

  private func record(of phase: InitPhase) -> [String: JSONValue] {
    ["initializationType": .string(initialization.rawValue), "phase": .string(phase.rawValue)]
  }

  private var tenant: [String: JSONValue] { tenantID.map { ["tenantId": .string($0.description)] } ?? [:] }

  private func object(
    _ type: String, _ level: LoggingConfiguration.SystemLevel, _ record: JSONValue, at time: WallTime
  ) -> String? {
    level < logging.systemLevel ? nil : Self.object(type, record, at: time)
  }

  private static func object(_ type: String, _ record: JSONValue, at time: WallTime) -> String {
    let object: JSONValue = ["time": .string(time.utc.isoDateTime + "Z"), "type": .string(type), "record": record]
    return String(decoding: object.encoded, as: UTF8.self)
  }
}

extension PlatformLines {
  init(version: FunctionVersion, tenantID: TenantID?, initialization: InitializationType = .onDemand) {
    logging = version.logging
    functionName = version.name.description
    functionVersion = version.qualifier.description
    self.tenantID = tenantID
    self.initialization = initialization
    runtime = version.configuration.runtime
  }
}

extension ReportLine {
  /// As `platform.report` has them.
  fileprivate var metrics: [String: JSONValue] {
    var metrics: [String: JSONValue] = [
      "durationMs": .number(duration.inHundredths), "billedDurationMs": .integer(Int64(billed)),
      "memorySizeMB": .integer(Int64(memorySize)),
    ]
    metrics["maxMemoryUsedMB"] = memoryUsed.map { .integer(Int64($0)) }
    metrics["initDurationMs"] = initDuration.map { .number($0.inHundredths) }
    metrics["restoreDurationMs"] = restoreDuration.map { .number($0.inHundredths) }
    metrics["billedRestoreDurationMs"] = billedRestore.map { .integer(Int64($0)) }
    return metrics
  }

  fileprivate func statusMembers(isFunctionError: Bool) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "status": .string(status?.word ?? (isFunctionError ? "error" : "success"))
    ]
    members["errorType"] = status?.errorType.map { .string($0) }
    return members
  }
}

extension Duration {
  /// Milliseconds, rounded to hundredths.
  fileprivate var inHundredths: Double { (inMilliseconds * 100).rounded() / 100 }
}
