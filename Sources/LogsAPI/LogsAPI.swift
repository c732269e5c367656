package import Authorization
package import Core
package import Identity
package import Telemetry
package import Wire

/// Amazon CloudWatch Logs (API version 2014-03-28): the table of the operations that are served.
package struct LogsAPI: Sendable {
  package static let service = ServiceDescription(
    name: "logs", signingName: "logs", wireProtocol: .json(version: .v1_1, targetPrefix: "Logs_20140328"),
    constraintCode: "InvalidParameterException", refusalCode: "InvalidParameterException",
    hidden: Fault(code: "ServiceUnavailableException", status: 500, message: ServiceDescription.hiddenMessage),
    fault: LogsErrors.fault)

  /// The table of contents.
  private static let operations: [any (ControlOperation & LogsOperation).Type] = [
    CreateLogGroup.self,
    DeleteLogGroup.self,
    DeleteRetentionPolicy.self,
    DescribeLogGroups.self,
    DescribeLogStreams.self,
    FilterLogEvents.self,
    GetLogEvents.self,
    PutRetentionPolicy.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ store: LogStore, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    operations.map { Endpoint($0.init(store: store), of: service, authorizer: authorizer, report: report) }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    operations.map { OperationDescription($0, of: service, at: place) }
  }
}

/// An operation that stands on the log store.
protocol LogsOperation: Operation {
  init(store: LogStore)
}
