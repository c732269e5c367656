extension ServeKey {
  /// The table of settings: form, default and documentation of each.
  var row: Row {
    switch self {
    case .config:
      Row(form: .path, fallback: .none, documentation: "JSON file with any of these settings but this one.")
    case .dataDirectory:
      Row(
        form: .path, fallback: .found("/var/lib/redoubt as root, else $XDG_DATA_HOME or ~/.local/share, in redoubt"),
        documentation: "Where state is kept.")
    case .secretsDirectory:
      Row(
        form: .path, fallback: .found("/etc/redoubt as root, else $XDG_CONFIG_HOME or ~/.config, in redoubt"),
        documentation: "Where the root key and the administrator's credentials are kept, apart from the state.")
    case .listen:
      Row(
        form: .text, fallback: .fixed("127.0.0.1:4566"),
        documentation: "Loopback address and port of the APIs; port 0 takes a free one.")
    case .region:
      Row(form: .text, fallback: .fixed("us-east-1"), documentation: "Region whose name resources carry.")
    case .account:
      Row(form: .text, fallback: .fixed("000000000000"), documentation: "Account of the administrator, twelve digits.")
    case .user:
      Row(
        form: .text, fallback: .found("redoubt as root, else whoever starts it"),
        documentation: "Name or number of the user that the server runs as.")
    case .runtimesDirectory:
      Row(
        form: .path, fallback: .found("looked for from the executable upwards"),
        documentation: "Directory that holds python/bootstrap.py.")
    case .spawner:
      Row(
        form: .path, fallback: .found("redoubt-spawner beside the executable"),
        documentation: "The program that makes sandboxes; redoubt-unpack lies beside it.")
    case .logLevel:
      Row(
        form: .text, fallback: .fixed("info"),
        documentation: "Least severe level that is logged: \(ServeConfiguration.logLevels.joined(separator: ", ")).")
    case .drainTimeout: whole(0...3600, "30", "Seconds that invocations have to finish when the server stops.")
    case .concurrency: whole(1...1_000_000, "1000", "Most invocations of an account at once.")
    case .environments: whole(1...4096, "1024", "Most execution environments on this host at once.")
    case .codeStorage:
      whole(
        1...70_368_744_177_664, "80530636800",
        "Most bytes of packages that the versions of an account's functions and layers may have together.")
    case .idleTimeout: whole(1...86_400, "600", "Seconds after which an idle environment is ended.")
    case .memoryReserve:
      Row(
        form: .whole(0...16_777_216), fallback: .found("a twentieth of the memory, 128 to 2048"),
        documentation: "MiB of memory that stay available: while there are less, idle environments are ended.")
    case .uidBase: whole(100_000...2_147_483_647, "2000000", "First of the user ids that environments run as.")
    case .logRetention: whole(1...3653, "30", "Days that a log group without a retention of its own is kept.")
    case .maximumConnections: whole(1...1_000_000, "4096", "Most connections to the APIs at once.")
    case .headerTimeout: whole(1...3600, "10", "Seconds that a request's headers may take to arrive.")
    case .bodyTimeout: whole(1...3600, "60", "Seconds that a request's body may take to arrive.")
    case .idleConnectionTimeout: whole(1...3600, "75", "Seconds that a connection may stay without a request.")
    case .unauthenticatedBytes:
      whole(
        1_048_576...1_099_511_627_776, "268435456",
        "Most bytes of requests held in memory whose signature has not been checked.")
    case .dev:
      Row(
        form: .truth, fallback: .fixed("false"),
        documentation: "Take the key `test` with the secret `test` for the administrator's, as emulators do.")
    }
  }

  private func whole(_ range: ClosedRange<Int>, _ fallback: String, _ documentation: String) -> Row {
    Row(form: .whole(range), fallback: .fixed(fallback), documentation: documentation)
  }
}
