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
    func endpoint<Served: ControlOperation & LogsOperation>(_: Served.Type) -> Endpoint {
      Endpoint(Served(store: store), of: service, authorizer: authorizer, report: report)
    }
    return operations.map { endpoint($0) }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    func describe<Served: Operation>(_: Served.Type) -> OperationDescription {
      OperationDescription(Served.self, of: service, at: place)
    }
    return operations.map { describe($0) }
  }
}

/// An operation that stands on the log store.
protocol LogsOperation: Operation {
  init(store: LogStore)
}
