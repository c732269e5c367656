package import Authorization
package import Core
package import Identity
package import Wire

/// AWS Identity and Access Management (API version 2010-05-08): the table of the operations that are served.
package struct IAMAPI: Sendable {
  package static let service = ServiceDescription(
    name: "iam", signingName: "iam", signingRegion: Region("us-east-1"),
    wireProtocol: .query(apiVersion: "2010-05-08", xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/"),
    constraintCode: "ValidationError", refusalCode: "InvalidInput",
    hidden: Fault(code: "ServiceFailure", status: 500, message: ServiceDescription.hiddenMessage),
    fault: IAMErrors.fault)

  /// The table of contents.
  private static let operations: [any (ControlOperation & IAMOperation).Type] = [
    AttachUserPolicy.self,
    CreateAccessKey.self,
    CreatePolicy.self,
    CreatePolicyVersion.self,
    CreateUser.self,
    DeleteAccessKey.self,
    DeletePolicy.self,
    DeletePolicyVersion.self,
    DeleteUser.self,
    DeleteUserPermissionsBoundary.self,
    DeleteUserPolicy.self,
    DetachUserPolicy.self,
    GetPolicy.self,
    GetPolicyVersion.self,
    GetUser.self,
    GetUserPolicy.self,
    ListAccessKeys.self,
    ListAttachedUserPolicies.self,
    ListPolicies.self,
    ListPolicyVersions.self,
    ListUserPolicies.self,
    ListUsers.self,
    PutUserPermissionsBoundary.self,
    PutUserPolicy.self,
    SetDefaultPolicyVersion.self,
    UpdateAccessKey.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ registry: IdentityRegistry, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    func endpoint<Served: ControlOperation & IAMOperation>(_: Served.Type) -> Endpoint {
      Endpoint(Served(registry: registry), of: service, authorizer: authorizer, report: report)
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

/// An operation that stands on the registry of identities.
protocol IAMOperation: Operation {
  init(registry: IdentityRegistry)
}

extension Authorized {
  /// The name that the request gives, or that of the user who calls.
  func userName(_ name: String?) -> String {
    if let name { return name }
    return switch principal.kind {
    case .user(let own): own
    }
  }
}
