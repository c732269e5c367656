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
  /// `timeout` or `error`; nil after a success.
  let status: String?

  var text: String {
    var fields = [
      "REPORT RequestId: \(requestID)", "Duration: \(Decimals.two(duration.inMilliseconds)) ms",
      "Billed Duration: \(billed) ms", "Memory Size: \(memorySize) MB",
    ]
    if let memoryPeak { fields.append("Max Memory Used: \(min(memorySize, (memoryPeak + 0xF_FFFF) >> 20)) MB") }
    if let initDuration { fields.append("Init Duration: \(Decimals.two(initDuration.inMilliseconds)) ms") }
    if let status { fields.append("Status: \(status)") }
    return fields.joined(separator: "\t") + "\t"
  }

  /// Whole milliseconds, begun ones counted; the init phase is billed with the first invocation.
  private var billed: Int {
    Int((duration.inMilliseconds + (initDuration?.inMilliseconds ?? 0)).rounded(.up))
  }
}
