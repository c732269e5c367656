package import Admission
package import Authorization
package import Core
package import Execution
package import Functions
package import Identity
package import SupplyChain
package import Telemetry

/// What the operations of Lambda stand on.
package struct LambdaServices: Sendable {
  let catalog: FunctionCatalog
  let registry: FunctionRegistry
  let environment: FunctionEnvironment
  let library: CodeLibrary
  let layers: LayerRegistry
  let codeStorage: CodeStorage
  let runtimes: RuntimeCatalog
  let admission: AdmissionController
  let executor: Executor
  let sessions: FunctionSessions
  let identities: IdentityDirectory
  let findings: FindingRecorder
  let random: any RandomSource
  let presigner: URLPresigner

  package init(
    catalog: FunctionCatalog, registry: FunctionRegistry, environment: FunctionEnvironment, library: CodeLibrary,
    layers: LayerRegistry, codeStorage: CodeStorage, runtimes: RuntimeCatalog, admission: AdmissionController,
    executor: Executor, sessions: FunctionSessions, identities: IdentityDirectory, findings: FindingRecorder,
    random: any RandomSource, presigner: URLPresigner
  ) {
    self.catalog = catalog
    self.registry = registry
    self.environment = environment
    self.library = library
    self.layers = layers
    self.codeStorage = codeStorage
    self.runtimes = runtimes
    self.admission = admission
    self.executor = executor
    self.sessions = sessions
    self.identities = identities
    self.findings = findings
    self.random = random
    self.presigner = presigner
  }

  /// The version that a caller means: of an alias, the one that it points at first.
  ///
  /// - Throws: `FunctionError.notFound` or `.aliasNotFound` with the ARN that was asked for.
  func version(_ target: FunctionTarget, at place: AccountRegion) throws(FunctionError) -> FunctionVersion {
    let name = try name(target, at: place)
    guard let version = catalog.version(name, qualifier: target.qualifier, at: place) else {
      throw missing(target, place)
    }
    return version
  }

  /// The version that one invocation runs: of an alias with two, either.
  ///
  /// - Throws: as `version`, and Lambda's own error for `$LATEST.PUBLISHED`.
  func versionToRun(_ target: FunctionTarget, at place: AccountRegion) throws -> FunctionVersion {
    if target.qualifier == FunctionReference.latestPublished {
      _ = try name(target, at: place)
      throw LambdaErrors.noPublishedVersion
    }
    guard target.reference.isIn(place),
      let version = catalog.version(
        target.reference.name, qualifier: target.qualifier, at: place, choosing: random)
    else { throw missing(target, place) }
    return version
  }

  /// The function that a caller means, whether there is such a version of it or not.
  ///
  /// - Throws: `FunctionError.notFound` with the ARN that was asked for.
  func name(_ target: FunctionTarget, at place: AccountRegion) throws(FunctionError) -> FunctionName {
    guard target.reference.isIn(place), catalog.contains(target.reference.name, at: place) else {
      throw .notFound(target.arn(at: place))
    }
    return target.reference.name
  }

  private func missing(_ target: FunctionTarget, _ place: AccountRegion) -> FunctionError {
    let arn = target.arn(at: place)
    let isThere = target.reference.isIn(place) && catalog.contains(target.reference.name, at: place)
    return isThere && AliasName(target.qualifier) != nil ? .aliasNotFound(arn) : .notFound(arn)
  }
}
