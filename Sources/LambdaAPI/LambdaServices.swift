package import Admission
import Core
package import Execution
package import Functions
package import Identity
package import SupplyChain

/// What the operations of Lambda stand on.
package struct LambdaServices: Sendable {
  let catalog: FunctionCatalog
  let registry: FunctionRegistry
  let environment: FunctionEnvironment
  let library: CodeLibrary
  let runtimes: RuntimeCatalog
  let admission: AdmissionController
  let executor: Executor
  let presigner: URLPresigner

  package init(
    catalog: FunctionCatalog, registry: FunctionRegistry, environment: FunctionEnvironment, library: CodeLibrary,
    runtimes: RuntimeCatalog, admission: AdmissionController, executor: Executor,
    presigner: URLPresigner
  ) {
    self.catalog = catalog
    self.registry = registry
    self.environment = environment
    self.library = library
    self.runtimes = runtimes
    self.admission = admission
    self.executor = executor
    self.presigner = presigner
  }

  /// The version that a caller means.
  ///
  /// - Throws: `FunctionError.notFound` with the ARN that was asked for.
  func version(_ target: FunctionTarget, at place: AccountRegion) throws(FunctionError) -> FunctionVersion {
    guard target.reference.isIn(place), let qualifier = target.versionQualifier,
      let version = catalog.version(target.reference.name, qualifier, at: place)
    else { throw .notFound(target.arn(at: place)) }
    return version
  }
}
