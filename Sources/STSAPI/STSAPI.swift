package import Authorization
package import Core
package import Identity
package import Wire

/// AWS Security Token Service (API version 2011-06-15): the table of the operations that are served.
package struct STSAPI: Sendable {
  package static let service = ServiceDescription(
    name: "sts", signingName: "sts",
    wireProtocol: .query(apiVersion: "2011-06-15", xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/"),
    constraintCode: "ValidationError", refusalCode: "ValidationError",
    hidden: Fault(code: "InternalFailure", status: 500, message: ServiceDescription.hiddenMessage),
    fault: { _ in nil })

  /// The table of contents.
  private static let operations: [any (ControlOperation & STSOperation).Type] = [
    GetCallerIdentity.self
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    authorizer: Authorizer, report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    func endpoint<Served: ControlOperation & STSOperation>(_: Served.Type) -> Endpoint {
      Endpoint(Served(), of: service, authorizer: authorizer, report: report)
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

/// An operation that needs nothing but the proof of who calls.
protocol STSOperation: Operation {
  init()
}
