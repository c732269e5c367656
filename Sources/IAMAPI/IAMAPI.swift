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
    // Users and their keys
    CreateUser.self,
    DeleteUser.self,
    GetUser.self,
    ListUsers.self,
    CreateAccessKey.self,
    DeleteAccessKey.self,
    ListAccessKeys.self,
    UpdateAccessKey.self,
    // Groups
    AddUserToGroup.self,
    CreateGroup.self,
    DeleteGroup.self,
    GetGroup.self,
    ListGroups.self,
    ListGroupsForUser.self,
    RemoveUserFromGroup.self,
    // Roles
    CreateRole.self,
    DeleteRole.self,
    GetRole.self,
    ListInstanceProfilesForRole.self,
    ListRoles.self,
    UpdateAssumeRolePolicy.self,
    UpdateRole.self,
    UpdateRoleDescription.self,
    // Managed policies
    CreatePolicy.self,
    CreatePolicyVersion.self,
    DeletePolicy.self,
    DeletePolicyVersion.self,
    GetPolicy.self,
    GetPolicyVersion.self,
    ListPolicies.self,
    ListPolicyVersions.self,
    SetDefaultPolicyVersion.self,
    ListEntitiesForPolicy.self,
    // The account
    CreateAccountAlias.self,
    DeleteAccountAlias.self,
    ListAccountAliases.self,
    GetAccountAuthorizationDetails.self,
    GetAccountSummary.self,
    GetContextKeysForCustomPolicy.self,
    GetContextKeysForPrincipalPolicy.self,
    SimulateCustomPolicy.self,
    SimulatePrincipalPolicy.self,
    // What was used
    GenerateCredentialReport.self,
    GenerateServiceLastAccessedDetails.self,
    GetAccessKeyLastUsed.self,
    GetCredentialReport.self,
    GetServiceLastAccessedDetails.self,
    GetServiceLastAccessedDetailsWithEntities.self,
    ListPoliciesGrantingServiceAccess.self,
    // Identity providers
    AddClientIDToOpenIDConnectProvider.self,
    CreateOpenIDConnectProvider.self,
    DeleteOpenIDConnectProvider.self,
    GetOpenIDConnectProvider.self,
    ListOpenIDConnectProviders.self,
    RemoveClientIDFromOpenIDConnectProvider.self,
    UpdateOpenIDConnectProviderThumbprint.self,
    // Tags
    ListEntityTags<TaggedOIDCProvider>.self, TagEntity<TaggedOIDCProvider>.self, UntagEntity<TaggedOIDCProvider>.self,
    ListEntityTags<TaggedPolicy>.self, ListEntityTags<TaggedRole>.self, ListEntityTags<TaggedUser>.self,
    TagEntity<TaggedPolicy>.self, TagEntity<TaggedRole>.self, TagEntity<TaggedUser>.self,
    UntagEntity<TaggedPolicy>.self, UntagEntity<TaggedRole>.self, UntagEntity<TaggedUser>.self,
    // Names
    RenameEntity<GroupKind>.self, RenameEntity<UserKind>.self,
    // What policies hang on
    AttachPolicy<GroupKind>.self, AttachPolicy<RoleKind>.self, AttachPolicy<UserKind>.self,
    DeleteInlinePolicy<GroupKind>.self, DeleteInlinePolicy<RoleKind>.self, DeleteInlinePolicy<UserKind>.self,
    DeletePermissionsBoundary<RoleKind>.self, DeletePermissionsBoundary<UserKind>.self,
    DetachPolicy<GroupKind>.self, DetachPolicy<RoleKind>.self, DetachPolicy<UserKind>.self,
    GetInlinePolicy<GroupKind>.self, GetInlinePolicy<RoleKind>.self, GetInlinePolicy<UserKind>.self,
    ListAttachedPolicies<GroupKind>.self, ListAttachedPolicies<RoleKind>.self, ListAttachedPolicies<UserKind>.self,
    ListInlinePolicies<GroupKind>.self, ListInlinePolicies<RoleKind>.self, ListInlinePolicies<UserKind>.self,
    PutInlinePolicy<GroupKind>.self, PutInlinePolicy<RoleKind>.self, PutInlinePolicy<UserKind>.self,
    PutPermissionsBoundary<RoleKind>.self, PutPermissionsBoundary<UserKind>.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ registry: IdentityRegistry, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    operations.map { Endpoint($0.init(registry: registry), of: service, authorizer: authorizer, report: report) }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    operations.map { OperationDescription($0, of: service, at: place) }
  }
}

/// An operation that stands on the registry of identities.
protocol IAMOperation: Operation {
  init(registry: IdentityRegistry)
}

extension Authorized {
  /// The name that the request gives, or that of the user who calls.
  ///
  /// - Throws: `ValidationError` where a session calls, which is no user.
  func userName(_ name: String?) throws(Fault) -> String {
    if let name { return name }
    guard case .user(let own) = principal.kind else {
      throw Fault(
        code: "ValidationError", status: 400,
        message: "Must specify userName when calling with non-User credentials")
    }
    return own
  }
}
