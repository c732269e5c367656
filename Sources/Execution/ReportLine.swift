import Core

/// The REPORT line of an invocation, as Lambda writes it.
struct ReportLine {
  let requestID: RequestID
  let duration: Duration
  /// Set on the first invocation of an environment.
  let initDuration: Duration?
  /// MiB.
  let memorySize: Int
  /// Bytes; nil when it could not be read.
  let memoryPeak: Int?
  /// nil after a success.
  let status: ReportStatus?
  /// Set on the first invocation of an environment that was parked.
  var restoreDuration: Duration? = nil

  var text: String {
    var text = "REPORT RequestId: "
    // As long as most are: it is written for each invocation.
    text.reserveCapacity(192)
    text += requestID.description
    text += "\tDuration: "
    text += Decimals.two(duration.inMilliseconds)
    text += " ms\tBilled Duration: "
    text += String(billed)
    text += " ms\tMemory Size: "
    text += String(memorySize)
    text += " MB\t"
    if let memoryUsed {
      text += "Max Memory Used: "
      text += String(memoryUsed)
      text += " MB\t"
    }
    if let initDuration { text += "Init Duration: \(Decimals.two(initDuration.inMilliseconds)) ms\t" }
    if let restoreDuration, let billedRestore {
      text += "Restore Duration: \(Decimals.two(restoreDuration.inMilliseconds)) ms\t"
      text += "Billed Restore Duration: \(billedRestore) ms\t"
    }
    for field in status?.fields ?? [] { text += "\(field)\t" }
    return text
  }

  /// MiB, begun ones counted. The peak is that of all pages of the sandbox: those of files in /tmp and /dev/shm are among
  /// them, which Lambda does not count. The memory that is limited never exceeds MemorySize, so neither does the report.
  var memoryUsed: Int? { memoryPeak.map { min(memorySize, ($0 + 0xF_FFFF) >> 20) } }

  /// Whole milliseconds, begun ones counted; the init phase or the restore is billed with the first invocation.
  var billed: Int {
    let before = (initDuration?.inMilliseconds ?? 0) + (restoreDuration?.inMilliseconds ?? 0)
    return Int((duration.inMilliseconds + before).rounded(.up))
  }

  /// Whole milliseconds, begun ones counted.
  var billedRestore: Int? { restoreDuration.map { Int($0.inMilliseconds.rounded(.up)) } }
}

/// The INIT_REPORT line of an init phase, as Lambda writes it.
struct InitReport {
  let phase: InitPhase
  let duration: Duration
  /// nil after a success.
  let status: ReportStatus?

  var text: String {
    let fields = [
      "INIT_REPORT Init Duration: \(Decimals.two(duration.inMilliseconds)) ms", "Phase: \(phase.rawValue)",
    ]
    return (fields + (status?.fields ?? [])).joined(separator: "\t")
  }
}

/// The RESTORE_REPORT line of an environment that was parked, as Lambda writes it.
struct RestoreReport {
  let duration: Duration
  /// nil after a success.
  let status: ReportStatus?

  var text: String {
    let fields = ["RESTORE_REPORT Restore Duration: \(Decimals.two(duration.inMilliseconds)) ms"]
    return (fields + (status?.fields ?? [])).joined(separator: "\t")
  }
}

/// How an invocation or an init phase ended that did not succeed, as the REPORT line says it.
struct ReportStatus: Hashable, Sendable {
  static let timeout = ReportStatus(word: "timeout", errorType: nil)

  let word: String
  let errorType: String?

  static func error(_ type: String?) -> ReportStatus { ReportStatus(word: "error", errorType: type) }

  var fields: [String] { ["Status: \(word)"] + (errorType.map { ["Error Type: \($0)"] } ?? []) }
}
