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

  /// Those that nobody signs.
  private static let unsignedOperations: [any (WebIdentityOperation & STSOperation).Type] = [
    AssumeRoleWithWebIdentity.self
  ]

  /// - Parameters:
  ///   - roles: what tokens of identity providers are worth.
  ///   - report: hears of errors that callers must not see.
  package static func endpoints(
    _ services: STSServices, authorizer: Authorizer, roles: WebIdentityRoles,
    report: @escaping @Sendable (any Error, RequestID) -> Void
  ) -> [Endpoint] {
    let signed = operations.map { operation in
      Endpoint(operation.init(services: services), of: service, authorizer: authorizer) {
        report($0, $1.value.requestID)
      }
    }
    let unsigned = unsignedOperations.map { operation in
      Endpoint(operation.init(services: services), of: service, roles: roles, report: report)
    }
    return signed + unsigned
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    operations.map { OperationDescription($0, of: service, at: place) }
      + unsignedOperations.map { OperationDescription($0, of: service, at: place) }
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

protocol STSOperation: OperationShape {
  init(services: STSServices)
}
