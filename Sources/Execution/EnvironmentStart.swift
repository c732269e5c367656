import Authorization
import Core
import Functions
import Logging
import NIOCore
import Sandbox
import SupplyChain
import Telemetry

/// The way from a decision to start an environment to its sandbox: the stored packages of code and layers are verified,
/// the spawner is asked, and asked again once they have been unpacked, if it did not have them.
struct EnvironmentStart: Sendable {
  let environment: ExecutionEnvironment
  let services: ExecutionServices
  let preparation: CodePreparation
  let began: MonotonicTime

  func begin() {
    do {
      let spec = try makeSpec()
      spec.trees.forEach(preparation.touch)
      // What the spawner holds came from the disk once; an environment starts only while the disk still bears it out.
      each(spec.trees[...], preparation.verify) {
        ask(spec, mayUnpack: true, StartTimes(began: began, verified: services.time.monotonicTime()))
      }
    } catch is RoleNotAssumable {
      // Whoever invokes hears of it.
      services.log.debug("a function's role cannot be assumed", metadata: metadata(ExecutionFailure.roleNotAssumable))
      fail(.roleNotAssumable)
    } catch {
      services.log.error("cannot start an environment", metadata: metadata(error))
      fail((error as? ExecutionFailure) ?? .sandbox)
    }
  }

  private func ask(_ spec: SandboxSpec, mayUnpack: Bool, _ times: StartTimes) {
    let environment = environment
    services.spawner.start(
      spec,
      started: { result in
        environment.onLoop {
          switch result {
          case .success(let sandbox): environment.adopt(sandbox, times)
          case .failure(.unknownTree) where mayUnpack: unpack(spec, times)
          case .failure(let error): refused(error)
          }
        }
      },
      exited: { exit in environment.onLoop { environment.exited(exit) } })
  }

  private func unpack(_ spec: SandboxSpec, _ times: StartTimes) {
    each(spec.trees[...], preparation.unpack) { ask(spec, mayUnpack: false, times) }
  }

  /// Carries out a step for one package after the other, until one fails.
  private func each(
    _ trees: ArraySlice<ArtifactID>,
    _ step: @escaping @Sendable (ArtifactID, @escaping CodePreparation.Completion) -> Void,
    then next: @escaping @Sendable () -> Void
  ) {
    guard let tree = trees.first else { return next() }
    step(tree) { result in
      continuing(result) { each(trees.dropFirst(), step, then: next) }
    }
  }

  private func continuing(_ result: Result<Void, CodePreparation.Failure>, with next: () -> Void) {
    switch result {
    case .success: next()
    case .failure(.ended): fail(.shuttingDown)
    case .failure(.code(.package(.damaged(let digest)))):
      refuse(digest, "what is on disk is not what was deployed")
    case .failure(.code(.package(.missing(let digest)))):
      refuse(digest, "there is no such file on disk")
    case .failure(.code(let error)):
      services.log.error("cannot prepare code", metadata: metadata(error))
      fail(.sandbox)
    }
  }

  /// Code that cannot be verified is not run, and somebody is told.
  private func refuse(_ digest: Digest, _ cause: String) {
    let finding = Finding.unverifiedPackage(digest, of: environment.version, cause: cause)
    services.log.critical("\(finding.description)", metadata: ["function": "\(finding.resource)"])
    services.findings.record(finding)
    fail(.damagedCode)
  }

  private func refused(_ error: SandboxError) {
    services.log.error("the spawner refused a sandbox", metadata: metadata(error))
    environment.failed(error == .noSlot ? .noCapacity : .sandbox)
  }

  /// Later, for the next in the queue may fail in the same way, and so on.
  private func fail(_ reason: ExecutionFailure) {
    let environment = environment
    environment.eventLoop.execute { environment.failed(reason) }
  }

  private func makeSpec() throws -> SandboxSpec {
    let version = environment.version
    let configuration = version.configuration
    guard let runtime = services.runtimes.runtime(configuration.runtime) else {
      throw ExecutionFailure.missingRuntime(configuration.runtime)
    }
    let own = try services.environment.open(version)
    let session = try services.sessions.begin(
      for: version.functionARN, name: version.name.description, role: configuration.role,
      duration: ExecutionLimits.sessionLifetime)
    let environment = environment
    environment.onLoop { environment.hold(session) }
    let variables = EnvironmentVariables(
      version: version, logStream: environment.logStream, initialization: environment.spec.initialization,
      variables: own, credentials: session.variables)
    return SandboxSpec(
      tree: version.codeArtifact, compiled: preparation.compiled(version.codeArtifact, by: runtime),
      layers: version.layerArtifacts, runtime: runtime.index, memoryMiB: configuration.memorySize,
      ephemeralMiB: configuration.ephemeralStorage,
      environment: variables.strings, stock: services.stock.take(version, variables: own))
  }

  private func metadata(_ error: any Error) -> [String: Logger.MetadataValue] {
    ["function": "\(environment.version.qualifiedARN)", "error": "\(error)"]
  }
}
