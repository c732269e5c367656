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
    fault: STSErrors.fault)

  /// The table of contents.
  private static let operations: [any (ControlOperation & STSOperation).Type] = [
    AssumeRole.self,
    DecodeAuthorizationMessage.self,
    GetAccessKeyInfo.self,
    GetCallerIdentity.self,
    GetFederationToken.self,
    GetSessionToken.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ services: STSServices, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    operations.map { Endpoint($0.init(services: services), of: service, authorizer: authorizer, report: report) }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    operations.map { OperationDescription($0, of: service, at: place) }
  }
}

/// What the operations of STS stand on.
package struct STSServices: Sendable {
  let identities: IdentityDirectory
  let sessions: SessionTokens
  let accessKeys: AccessKeyDirectory
  let messages: AuthorizationMessages

  package init(
    identities: IdentityDirectory, sessions: SessionTokens, accessKeys: AccessKeyDirectory,
    messages: AuthorizationMessages
  ) {
    self.messages = messages
    self.identities = identities
    self.sessions = sessions
    self.accessKeys = accessKeys
  }
}

protocol STSOperation: Operation {
  init(services: STSServices)
}
