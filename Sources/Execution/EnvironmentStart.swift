import Core
import Functions
import Logging
import Sandbox
import SupplyChain

/// The way from a decision to start an environment to its sandbox: the spawner is asked, and asked again once its code
/// has been unpacked, if it did not have it.
struct EnvironmentStart: Sendable {
  let environment: ExecutionEnvironment
  let services: ExecutionServices
  let preparation: CodePreparation

  func begin() {
    do {
      let spec = try makeSpec()
      preparation.touch(spec.tree)
      ask(spec, mayPrepare: true)
    } catch {
      services.log.error("cannot start an environment", metadata: metadata(error))
      fail(.sandbox)
    }
  }

  private func ask(_ spec: SandboxSpec, mayPrepare: Bool) {
    let environment = environment
    services.spawner.start(
      spec,
      started: { result in
        environment.onLoop {
          switch result {
          case .success(let sandbox): environment.adopt(sandbox)
          case .failure(.unknownTree) where mayPrepare: prepare(spec)
          case .failure(let error): refused(error)
          }
        }
      },
      exited: { exit in environment.onLoop { environment.exited(exit) } })
  }

  private func prepare(_ spec: SandboxSpec) {
    let isQueued = preparation.prepare(spec.tree) { result in
      switch result {
      case .success: ask(spec, mayPrepare: false)
      case .failure(.package(.damaged(let digest))):
        services.log.critical("the package on disk is damaged and is not run", metadata: ["digest": "\(digest)"])
        fail(.damagedCode)
      case .failure(let error):
        services.log.error("cannot prepare code", metadata: metadata(error))
        fail(.sandbox)
      }
    }
    if !isQueued { fail(.shuttingDown) }
  }

  private func refused(_ error: SandboxError) {
    services.log.error("the spawner refused a sandbox", metadata: metadata(error))
    environment.failed(error == .noSlot ? .noCapacity : .sandbox)
  }

  private func fail(_ reason: ExecutionFailure) {
    let environment = environment
    environment.onLoop { environment.failed(reason) }
  }

  private func makeSpec() throws -> SandboxSpec {
    let version = environment.version
    let configuration = version.configuration
    guard let runtime = services.runtimes.runtime(configuration.runtime) else {
      throw RuntimeUnavailable(identifier: configuration.runtime)
    }
    let variables = EnvironmentVariables(
      version: version, logStream: environment.logStream, variables: try services.environment.open(version))
    return SandboxSpec(
      tree: ArtifactID(account: version.place.account, digest: version.code.digest), runtime: runtime.index,
      memoryMiB: configuration.memorySize, ephemeralMiB: configuration.ephemeralStorage,
      environment: variables.strings)
  }

  private func metadata(_ error: any Error) -> [String: Logger.MetadataValue] {
    ["function": "\(environment.version.qualifiedARN)", "error": "\(error)"]
  }
}

/// The host no longer has the runtime that a stored function names.
struct RuntimeUnavailable: Error {
  let identifier: String
}
