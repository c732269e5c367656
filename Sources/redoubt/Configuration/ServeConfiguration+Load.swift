extension ServeConfiguration {
  /// The configuration of this process with these flags.
  static func load(_ flags: [ServeKey: String]) throws(CommandFailure) -> ServeConfiguration {
    let environment = ProcessEnvironment()
    let settings = try ServeSettings(
      flags: flags, environment: environment, defaults: .ofProcess(environment))
    return try ServeConfiguration(settings)
  }
}
