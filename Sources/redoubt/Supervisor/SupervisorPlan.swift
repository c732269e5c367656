import CLinux
import Core
import Glibc

/// All that the supervisor needs to start its workers, checked once before the first start.
struct SupervisorPlan {
  let configuration: ServeConfiguration
  private let user: HostUser
  /// Holds the lock on the data directory.
  private let state: StateDirectory
  private let spawnerConfiguration: SpawnerConfiguration
  private let serverProgram: Descriptor
  private let spawnerProgram: Descriptor
  /// What this host and this user make weaker than the full product, found before the first start.
  let weaknesses: [HostCheck]

  /// Prepares the host: directories, the lock, the instance's name, the programs. Runs as root, or as the ordinary user
  /// that the workers will be, too.
  init(_ configuration: ServeConfiguration, random: some RandomSource) throws {
    user = try ServerUser.of(configuration)
    if !HostUser.isRoot { try Rootless.insist() }
    weaknesses = HostCheck.weaknesses()
    serverProgram = try Descriptor.program("/proc/self/exe")
    let runtimes = HostRuntime.table(in: try Self.runtimesDirectory(configuration))
    spawnerProgram = try TrustedProgram.open(configuration.spawner, like: serverProgram)
    _ = try TrustedProgram.open(configuration.unpacker, like: serverProgram)
    _ = try TrustedProgram.open(configuration.zygoteLibrary, like: serverProgram)
    try OwnedDirectory.prepare(configuration.secretsDirectory, for: user, .readable)
    let directory = try OwnedDirectory.prepare(configuration.dataDirectory, for: user, .writable)
    state = try StateDirectory(configuration.dataDirectory, directory, for: user, random: random)
    spawnerConfiguration = try SpawnerConfiguration(configuration, instance: state.instance, runtimes: runtimes)
    var configuration = configuration
    configuration.runtimes = runtimes.map(\.name)
    self.configuration = configuration
  }

  /// A request takes and returns some hundred small pieces of memory: more of them are kept at hand by each thread than the
  /// 7 of each size that are glibc's default.
  private static let serverEnvironment = [
    "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "GLIBC_TUNABLES=glibc.malloc.tcache_count=128",
  ]

  /// The server and our end of its control connection.
  func startServer() throws -> (ChildProcess, MessageSocket) {
    let (ours, theirs) = try MessageSocket.pair()
    let json = try SealedMemory.make("configuration", configuration.json)
    let launch = ChildLaunch(
      executable: serverProgram, arguments: ["redoubt", Server.name],
      environment: Self.serverEnvironment, descriptors: [theirs.descriptor, json],
      standard: (try Descriptor.open("/dev/null", O_RDONLY), nil, nil), user: HostUser.isRoot ? user : nil,
      flags: [
        CLINUX_SPAWN_NO_NEW_PRIVILEGES, CLINUX_SPAWN_DIE_WITH_PARENT, CLINUX_SPAWN_NEW_SESSION, CLINUX_SPAWN_GO_FIRST,
      ])
    return (try ChildProcess.start(launch), ours)
  }

  /// The spawner and the server's end of its connection.
  func startSpawner() throws -> (ChildProcess, MessageSocket) {
    let (ours, theirs) = try MessageSocket.pair()
    let settings = try SealedMemory.make("configuration", Array(spawnerConfiguration.text.utf8))
    let launch = ChildLaunch(
      executable: spawnerProgram, arguments: ["redoubt-spawner"],
      descriptors: [settings, theirs.descriptor],
      standard: (try Descriptor.open("/dev/null", O_RDONLY), nil, nil),
      flags: [CLINUX_SPAWN_DIE_WITH_PARENT, CLINUX_SPAWN_NEW_SESSION])
    return (try ChildProcess.start(launch), ours)
  }
}

extension SupervisorPlan {
  private static func runtimesDirectory(_ configuration: ServeConfiguration) throws(CommandFailure) -> String {
    guard let directory = configuration.runtimesDirectory, HostFile.exists(directory + "/python/bootstrap.py") else {
      let place = configuration.runtimesDirectory.map { "`\($0)`" } ?? "any directory above the executable"
      throw CommandFailure(
        .configuration, "there is no python/bootstrap.py in \(place): name the runtimes with --runtimes-dir")
    }
    return directory
  }
}
