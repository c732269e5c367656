import Core
import Sandbox

/// What `serve` was told, checked and complete. The supervisor hands it to the server as JSON.
struct ServeConfiguration: Codable, Hashable, Sendable {
  static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  let dataDirectory: String
  let secretsDirectory: String
  let listen: ListenAddress
  let region: Region
  let account: AccountID
  /// Name or number of the user that the server runs as.
  let user: String
  /// Nil when none was given and none was found.
  let runtimesDirectory: String?
  let spawner: String
  /// One of `logLevels`.
  let logLevel: String
  let drainTimeoutSeconds: Int
  let concurrency: Int
  let environments: Int
  let codeStorageBytes: Int
  let idleTimeoutSeconds: Int
  let memoryReserveMiB: Int
  let uidBase: Int
  let logRetentionDays: Int
  let maximumConnections: Int
  let headerTimeoutSeconds: Int
  let bodyTimeoutSeconds: Int
  let idleConnectionTimeoutSeconds: Int
  let unauthenticatedBytes: Int
  /// Whether the pair that everybody knows stands for the administrator.
  let isForDevelopment: Bool
  /// Names of the spawner's runtimes in the order of their indices; set by the supervisor, empty before.
  var runtimes: [String] = []

  /// Sandboxes at once: environments, then those of the stock, zygotes and unpackers.
  var sandboxes: Int { environments + Spawner.stockPlaces + Spawner.stockLines + Spawner.unpackPlaces }

  /// The user ids that sandboxes run as, one each; nobody else on the host may have them.
  var environmentIDs: Range<Int> { uidBase..<(uidBase + sandboxes) }

  /// `redoubt-unpack`, beside the spawner.
  var unpacker: String { HostFile.parent(spawner) + "/redoubt-unpack" }
  /// Beside the spawner, too: what makes an interpreter a zygote.
  var zygoteLibrary: String { HostFile.parent(spawner) + "/libredoubt-zygote.so" }
}

extension ServeConfiguration {
  init(_ settings: ServeSettings) throws(CommandFailure) {
    dataDirectory = try settings.text(.dataDirectory)
    secretsDirectory = try settings.text(.secretsDirectory)
    listen = try ListenAddress(setting: settings.text(.listen))
    region = try settings.parsed(.region, as: "lower-case letters, digits and hyphens", Region.init)
    account = try settings.parsed(.account, as: "twelve digits", AccountID.init)
    user = try settings.text(.user)
    runtimesDirectory = try settings.optionalText(.runtimesDirectory)
    spawner = try settings.text(.spawner)
    logLevel = try settings.parsed(.logLevel, as: "one of \(Self.logLevels.joined(separator: ", "))") { text in
      Self.logLevels.first { $0 == text }
    }
    drainTimeoutSeconds = try settings.whole(.drainTimeout)
    concurrency = try settings.whole(.concurrency)
    environments = try settings.whole(.environments)
    codeStorageBytes = try settings.whole(.codeStorage)
    idleTimeoutSeconds = try settings.whole(.idleTimeout)
    memoryReserveMiB = try settings.whole(.memoryReserve)
    uidBase = try settings.whole(.uidBase)
    logRetentionDays = try settings.whole(.logRetention)
    maximumConnections = try settings.whole(.maximumConnections)
    headerTimeoutSeconds = try settings.whole(.headerTimeout)
    bodyTimeoutSeconds = try settings.whole(.bodyTimeout)
    idleConnectionTimeoutSeconds = try settings.whole(.idleConnectionTimeout)
    unauthenticatedBytes = try settings.whole(.unauthenticatedBytes)
    isForDevelopment = try settings.truth(.dev)
  }
}
