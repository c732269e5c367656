package import Authorization
package import Core
package import Identity
package import Wire

/// Redoubt's own API (version 2026-11-25), for what no API of AWS has: the table of the operations that are served.
package struct RedoubtAPI: Sendable {
  package static let service = ServiceDescription(
    name: "redoubt", signingName: "redoubt", wireProtocol: .restJSON, refusalCode: "ValidationException",
    fault: RedoubtErrors.fault)

  /// The table of contents.
  private static let operations: [any (ControlOperation & RedoubtOperation).Type] = [
    CreateAccount.self,
    DeleteAccountHygiene.self,
    DeleteFunctionHygiene.self,
    DeleteGuardrail.self,
    GetAccountHygiene.self,
    GetActivity.self,
    GetDecisions.self,
    GetFunctionHygiene.self,
    GetFunctionPackage.self,
    GetLayerPackage.self,
    GetMetrics.self,
    GetPublicAccess.self,
    ListAccounts.self,
    ListFindings.self,
    ListGuardrails.self,
    ListLogEvents.self,
    PutAccountHygiene.self,
    PutFunctionHygiene.self,
    PutGuardrail.self,
    PutPublicAccess.self,
    ResetAccountAdministrator.self,
    ResumeAccount.self,
    SuspendAccount.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ services: RedoubtServices, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    operations.map { Endpoint($0.init(services: services), of: service, authorizer: authorizer, report: report) }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    operations.map { OperationDescription($0, of: service, at: place) }
  }
}

/// An operation of Redoubt's own API.
protocol RedoubtOperation: Operation {
  init(services: RedoubtServices)
}
