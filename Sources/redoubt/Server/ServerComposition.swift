import Admission
import Authorization
import Core
import Execution
import Federation
import Functions
import Gate
import IAMAPI
import Identity
import Issuers
import LambdaAPI
import Logging
import LogsAPI
import NIOCore
import NIOPosix
import RedoubtAPI
import STSAPI
import Sandbox
import ServiceLifecycle
import Storage
import SupplyChain
import Telemetry
import UnixSignals
import Wire

/// Builds the whole server in order; nothing is wired later.
struct ServerComposition {
  private let configuration: ServeConfiguration
  private let state: ServerState
  private let log: Logger
  private let time: any TimeSource
  private let random: any RandomSource
  private let group: MultiThreadedEventLoopGroup
  private let spawner = Spawner()
  private let logStore: LogStore
  private let records: LogWriter
  private let findingStore: FindingStore
  private let findings: FindingRecorder
  private let executor: Executor
  private let snapshots: SnapshotService
  private let runner = ControlOperationRunner()
  /// Of what nobody signs.
  private let unsignedRunner = ControlOperationRunner(concurrency: 64, waiting: 256)
  /// Of what functions ask, signed or not.
  private let innerRunners = (
    known: ControlOperationRunner(concurrency: 16, waiting: 256),
    unsigned: ControlOperationRunner(concurrency: 64, waiting: 256)
  )
  private let stages: GateStages

  init(_ configuration: ServeConfiguration, time: any TimeSource, random: any RandomSource) async throws {
    self.configuration = configuration
    self.time = time
    self.random = random
    log = Logger.server(level: configuration.logLevel)
    state = try await ServerState(configuration, time: time, random: random)
    group = Self.loops()
    logStore = LogStore(database: state.database, cipher: state.cipher, time: time)
    records = LogWriter(store: logStore, time: time, log: log)
    findingStore = FindingStore(database: state.database, random: random)
    findings = FindingRecorder(store: findingStore, time: time, log: log)
    let packages = PackageStore(directory: configuration.dataDirectory + "/packages", cipher: state.cipher)
    let library = CodeLibrary(packages: packages, spawner: spawner, log: log)
    let environment = FunctionEnvironment(cipher: state.cipher)
    let runtimes = RuntimeCatalog(identifiers: configuration.runtimes)
    let metrics = MetricRegistry()
    let catalog = FunctionCatalog()
    let decisions = try await ServerDecisions(state, functions: catalog, time: time, random: random)
    let gateway = PlatformGateway()
    let executor = Executor(
      capacity: configuration.environments, idleTimeout: .seconds(configuration.idleTimeoutSeconds),
      memoryReserve: configuration.memoryReserveMiB << 20, spawner: spawner, library: library, runtimes: runtimes,
      environment: environment, records: records, findings: findings, metrics: metrics, group: group,
      sessions: decisions.sessions, gate: gateway, time: time, random: BufferedRandomSource(random), log: log)
    self.executor = executor
    let codeStorage = CodeStorage(limit: configuration.codeStorageBytes, database: state.database)
    let admission = AdmissionController(limits: AdmissionLimits(configuration), time: time)
    metrics.read(executor, admission)
    let kept = KeptConcurrency(catalog: catalog, admission: admission, executor: executor, accounts: state.organization)
    let registry = FunctionRegistry(
      database: state.database, catalog: catalog, environment: environment, time: time, random: random,
      codeStorage: codeStorage, policies: decisions.policies, retired: { executor.retire($0) },
      hygieneChanged: { change in
        executor.apply(change)
        kept.refresh(change.version.name, at: change.version.place)
      },
      changed: kept.follow)
    snapshots = SnapshotService(outcomes: executor.snapshots, registry: registry, log: log)
    try await registry.load()
    try await packages.prepare()
    let layers = LayerRegistry(
      database: state.database, time: time, codeStorage: codeStorage, policies: decisions.policies)
    try await Self.tidy(packages, catalog, layers, log)
    let services = LambdaServices(
      catalog: catalog, registry: registry, environment: environment, library: library, layers: layers,
      codeStorage: codeStorage, runtimes: runtimes, admission: admission, executor: executor,
      sessions: decisions.sessions, identities: state.identities, findings: findings, random: random,
      presigner: URLPresigner(directory: state.directory, sessions: state.sessions, time: time))
    let own = RedoubtServices(
      catalog: catalog, registry: registry, findings: findingStore, logs: logStore, packages: packages,
      layers: layers, metrics: metrics, decisions: decisions.log, identities: state.registry,
      organization: state.accounts, accountChanged: kept.refresh)
    let roles = Self.webIdentityRoles(state, decisions, group, time, log)
    stages = try Self.stages(
      configuration, Self.endpoints(services, logStore, own, state, decisions.authorizer, roles, log), state,
      (runner, unsignedRunner), findings, time, random, log)
    gateway.serve(stages, runners: innerRunners, unauthenticatedBytes: configuration.unauthenticatedBytes, log: log)
  }

  /// The other half is the sandboxes': with as many loops as cores both wait for each other.
  private static func loops() -> MultiThreadedEventLoopGroup {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, System.coreCount / 2))
    ShortTurns.prefer(on: group)
    return group
  }

  /// Removes packages that no function and no layer needs.
  private static func tidy(
    _ packages: PackageStore, _ catalog: FunctionCatalog, _ layers: LayerRegistry, _ log: Logger
  ) async throws {
    let needed = catalog.referencedCode().union(try await layers.referencedContent())
    let removed = try await packages.removeUnreferenced(keeping: needed)
    if removed > 0 { log.info("removed packages that nothing needs", metadata: ["count": "\(removed)"]) }
  }

  /// Serves until SIGTERM or SIGINT; then the gate finishes its requests, and what stands behind it ends after it.
  func run(supervisor: MessageSocket) async throws {
    let connection = SupervisorConnection(socket: supervisor, spawner: spawner, log: log)
    connection.listen()
    let gate = GateService(
      host: configuration.listen.host, port: configuration.listen.port, group: group, stages: stages
    ) { address in connection.announce(address) }
    let services: [any Service] = [
      RecordsService(
        records: records, store: logStore, findings: findings, findingStore: findingStore,
        retentionDays: configuration.logRetentionDays, time: time, log: log),
      ActivityService(store: state.activity, log: log),
      ExecutionService(executor: executor),
      snapshots,
      innerRunners.known,
      innerRunners.unsigned,
      unsignedRunner,
      runner,
      gate,
    ]
    try await ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log
    ).run()
    try await state.database.close()
    try await group.shutdownGracefully()
  }

  /// Every operation that is served.
  static func endpoints(
    _ services: LambdaServices, _ logStore: LogStore, _ own: RedoubtServices, _ state: ServerState,
    _ authorizer: Authorizer, _ roles: WebIdentityRoles, _ log: Logger
  ) -> [Endpoint] {
    let report: @Sendable (any Error, RequestID) -> Void = { error, requestID in
      log.error("a request failed inside the server", metadata: ["request": "\(requestID)", "error": "\(error)"])
    }
    let lambda = LambdaAPI.endpoints(services, authorizer: authorizer) { report($0, $1.value.requestID) }
    let logs = LogsAPI.endpoints(logStore, authorizer: authorizer) { report($0, $1.value.requestID) }
    let redoubt = RedoubtAPI.endpoints(own, authorizer: authorizer) { report($0, $1.value.requestID) }
    let iam = IAMAPI.endpoints(state.registry, authorizer: authorizer) { report($0, $1.value.requestID) }
    let sts = STSAPI.endpoints(
      STSServices(
        identities: state.identities, sessions: state.sessions, accessKeys: state.directory,
        messages: state.messages),
      authorizer: authorizer, roles: roles, report: report)
    return lambda + logs + redoubt + iam + sts
  }

  /// What the tokens of identity providers are worth.
  private static func webIdentityRoles(
    _ state: ServerState, _ decisions: ServerDecisions, _ group: MultiThreadedEventLoopGroup, _ time: any TimeSource,
    _ log: Logger
  ) -> WebIdentityRoles {
    let keys = FetchedKeys(time: time, group: group) { issuer, error in
      log.warning("the keys of an issuer could not be fetched", metadata: ["issuer": "\(issuer)", "error": "\(error)"])
    }
    let issuers = ActiveIssuers(identities: state.identities, organization: state.organization)
    let verifier = WebIdentityVerifier(issuers: issuers, keys: keys, time: time)
    return WebIdentityRoles(
      verifier: verifier, identities: state.identities, organization: state.organization, time: time,
      log: decisions.log)
  }

  private static func stages(
    _ configuration: ServeConfiguration, _ endpoints: [Endpoint], _ state: ServerState,
    _ runners: (known: ControlOperationRunner, unsigned: ControlOperationRunner), _ findings: FindingRecorder,
    _ time: any TimeSource, _ random: any RandomSource,
    _ log: Logger
  ) throws -> GateStages {
    GateStages(
      table: try ServiceTable(endpoints),
      verifier: .init(
        directory: state.directory, sessions: state.sessions, organization: state.organization,
        development: configuration.isForDevelopment ? DevelopmentPair(of: configuration.account) : nil, time: time),
      region: configuration.region, runner: runners.known, unsignedRunner: runners.unsigned,
      limits: GateLimits(configuration), counters: GateCounters(), clock: time,
      random: BufferedRandomSource(random)
    ) { record in
      log.access(record)
      if let finding = Finding.strayedCredentials(record, in: configuration.region) { findings.record(finding) }
    }
  }
}

extension AdmissionLimits {
  init(_ configuration: ServeConfiguration) {
    self.init(concurrency: configuration.concurrency, idleTimeout: .seconds(configuration.idleTimeoutSeconds))
  }
}
