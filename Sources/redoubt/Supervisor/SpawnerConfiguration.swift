/// What the spawner reads from its descriptor 3: one setting a line, words apart by one blank.
struct SpawnerConfiguration: Hashable, Sendable {
  let text: String

  init(
    _ configuration: ServeConfiguration, instance: String, runtimes: [HostRuntime]
  ) throws(CommandFailure) {
    for path in [configuration.unpacker, configuration.zygoteLibrary] + runtimes.compactMap(\.directory)
    where path.contains(where: \.isWhitespace) {
      throw CommandFailure(
        .configuration, "`\(path)` has a blank: give --spawner and --runtimes-dir paths without blanks")
    }
    let settings = [
      "instance \(instance)",
      "uid-base \(configuration.uidBase)",
      "slots \(configuration.environments)",
      "unpacker \(configuration.unpacker)",
      "zygote-library \(configuration.zygoteLibrary)",
    ]
    let table = runtimes.map { runtime in
      "runtime \(runtime.name) \(runtime.directory ?? "-") \(runtime.command.joined(separator: " "))"
    }
    text = (settings + table).map { $0 + "\n" }.joined()
  }
}
