package import Authorization
package import Core
package import Identity
package import Wire

/// AWS Lambda (API version 2015-03-31): the table of the operations that are served.
package struct LambdaAPI: Sendable {
  package static let service = ServiceDescription(
    name: "lambda", signingName: "lambda", wireProtocol: .restJSON,
    hidden: LambdaErrors.service(ServiceDescription.hiddenMessage), fault: LambdaErrors.fault)

  /// The table of contents.
  private static let controlOperations: [any (ControlOperation & LambdaOperation).Type] = [
    AddLayerVersionPermission.self,
    AddPermission.self,
    CreateAlias.self,
    CreateFunction.self,
    DeleteAlias.self,
    DeleteFunction.self,
    DeleteFunctionConcurrency.self,
    DeleteLayerVersion.self,
    DeleteProvisionedConcurrencyConfig.self,
    GetAccountSettings.self,
    GetAlias.self,
    GetFunction.self,
    GetFunctionCodeSigningConfig.self,
    GetFunctionConcurrency.self,
    GetFunctionConfiguration.self,
    GetLayerVersion.self,
    GetLayerVersionByArn.self,
    GetLayerVersionPolicy.self,
    GetPolicy.self,
    GetProvisionedConcurrencyConfig.self,
    ListAliases.self,
    ListFunctions.self,
    ListLayerVersions.self,
    ListLayers.self,
    ListProvisionedConcurrencyConfigs.self,
    ListTags.self,
    ListVersionsByFunction.self,
    PublishLayerVersion.self,
    PublishVersion.self,
    PutFunctionConcurrency.self,
    PutProvisionedConcurrencyConfig.self,
    RemoveLayerVersionPermission.self,
    RemovePermission.self,
    TagResource.self,
    UntagResource.self,
    UpdateAlias.self,
    UpdateFunctionCode.self,
    UpdateFunctionConfiguration.self,
  ]
  private static let callbackOperations: [any (CallbackOperation & LambdaOperation).Type] = [
    Invoke.self,
    InvokeWithResponseStream.self,
  ]

  /// - Parameter report: hears of errors that callers must not see.
  package static func endpoints(
    _ services: LambdaServices, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) -> [Endpoint] {
    controlOperations.map { Endpoint($0.init(services: services), of: service, authorizer: authorizer, report: report) }
      + callbackOperations.map {
        Endpoint($0.init(services: services), of: service, authorizer: authorizer, report: report)
      }
  }

  /// What is served, for documents and tests.
  package static func descriptions(at place: AccountRegion) -> [OperationDescription] {
    controlOperations.map { OperationDescription($0, of: service, at: place) }
      + callbackOperations.map { OperationDescription($0, of: service, at: place) }
  }
}

/// An operation that stands on Lambda's services.
protocol LambdaOperation: Operation {
  init(services: LambdaServices)
}
