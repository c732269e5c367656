import Gate
import Logging
import NIOCore
import Wire

extension Logger {
  /// The server's own log, on standard error.
  static func server(level: String) -> Logger {
    var logger = Logger(label: "redoubt") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: level) ?? .info
    return logger
  }

  /// One line a request; refusals at `info`, the rest at `debug`, so that the warm path writes nothing by default. What
  /// functions ask is at `debug` whatever comes of it: this log is not theirs to fill.
  func access(_ record: AccessRecord) {
    let level: Logger.Level = (record.status ?? 599) >= 400 && !record.source.isEnvironment ? .info : .debug
    guard logLevel <= level else { return }
    log(
      level: level, "request",
      metadata: [
        "id": "\(record.requestID)", "method": "\(record.method ?? "-")", "operation": "\(record.operation ?? "-")",
        "status": "\(record.status.map(String.init) ?? "-")", "principal": "\(record.principal ?? "-")",
        "source": "\(record.source)", "in": "\(record.requestBytes)", "out": "\(record.responseBytes)",
        "ms": "\(record.duration / .milliseconds(1))", "outcome": "\(record.outcome)",
      ])
  }
}

extension GateLimits {
  init(_ configuration: ServeConfiguration) {
    self.init()
    connections = configuration.maximumConnections
    headerTimeout = .seconds(Int64(configuration.headerTimeoutSeconds))
    bodyTimeout = .seconds(Int64(configuration.bodyTimeoutSeconds))
    idleTimeout = .seconds(Int64(configuration.idleConnectionTimeoutSeconds))
    unauthenticatedBytes = configuration.unauthenticatedBytes
    drainTimeout = .seconds(Int64(configuration.drainTimeoutSeconds))
  }
}
