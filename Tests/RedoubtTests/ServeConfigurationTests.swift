import Core
import Testing

@testable import redoubt

@Suite struct ServeConfigurationTests {
  private static let defaults = ServeDefaults(
    isRoot: true, user: 0, dataHome: "/root/.local/share", configurationHome: "/root/.config",
    memoryMiB: 24000, executableDirectory: "/opt/redoubt/bin")

  private func configuration(
    flags: [ServeKey: String] = [:], variables: [String: String] = [:], defaults: ServeDefaults = Self.defaults
  ) throws -> ServeConfiguration {
    let settings = try ServeSettings(flags: flags, environment: ProcessEnvironment(variables), defaults: defaults)
    return try ServeConfiguration(settings)
  }

  private func failure(_ flags: [ServeKey: String]) -> String {
    do {
      _ = try configuration(flags: flags)
      return ""
    } catch { return "\(error)" }
  }

  @Test func `defaults hold when nobody says anything`() throws {
    let configuration = try configuration()
    #expect(configuration.dataDirectory == "/var/lib/redoubt")
    #expect(configuration.secretsDirectory == "/etc/redoubt")
    #expect(configuration.listen.description == "127.0.0.1:4566")
    #expect(configuration.account.description == "000000000000")
    #expect(configuration.spawner == "/opt/redoubt/bin/redoubt-spawner")
    #expect(configuration.unpacker == "/opt/redoubt/bin/redoubt-unpack")
    #expect(configuration.unauthenticatedBytes == 256 << 20)
    #expect(configuration.codeStorageBytes == 75 << 30)
    #expect(configuration.runtimesDirectory == nil)
    #expect(configuration.environments == 1024)
    #expect(configuration.memoryReserveMiB == 1200)
  }

  @Test(arguments: [(nil, 128), (1000, 128), (8000, 400), (256_000, 2048)] as [(Int?, Int)])
  func `the reserve of memory is a twentieth within bounds`(memoryMiB: Int?, reserve: Int) throws {
    let defaults = ServeDefaults(
      isRoot: true, user: 0, dataHome: nil, configurationHome: nil, memoryMiB: memoryMiB, executableDirectory: "/bin")
    #expect(try configuration(defaults: defaults).memoryReserveMiB == reserve)
  }

  @Test func `without root the directories are in the home`() throws {
    let configuration = try configuration(
      defaults: ServeDefaults(
        isRoot: false, user: 1000, dataHome: "/home/me/.local/share", configurationHome: "/home/me/.config",
        memoryMiB: nil, executableDirectory: "/bin"))
    #expect(configuration.dataDirectory == "/home/me/.local/share/redoubt")
    #expect(configuration.secretsDirectory == "/home/me/.config/redoubt")
    #expect(configuration.user == "1000")
  }

  @Test func `a user's files are where the variables of its desktop say`() {
    let plain = ProcessEnvironment(["HOME": "/home/me"])
    #expect(plain.dataHome == "/home/me/.local/share")
    #expect(plain.configurationHome == "/home/me/.config")
    let moved = ProcessEnvironment(["HOME": "/home/me", "XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "relative"])
    #expect(moved.dataHome == "/data")
    #expect(moved.configurationHome == "/home/me/.config")
    #expect(ProcessEnvironment([:]).dataHome == nil)
  }

  @Test func `flags precede variables, variables the file, the file the defaults`() throws {
    try withTemporaryDirectory { directory in
      let file = directory + "/settings.json"
      try write(#"{"region": "file-1", "user": "file", "environments": 3, "concurrency": "4"}"#, to: file)
      let configuration = try configuration(
        flags: [.config: file, .region: "flag-1"],
        variables: ["REDOUBT_REGION": "variable-1", "REDOUBT_USER": "variable"])
      #expect(configuration.region.description == "flag-1")
      #expect(configuration.user == "variable")
      #expect(configuration.environments == 3)
      #expect(configuration.concurrency == 4)
      #expect(configuration.maximumConnections == 4096)
    }
  }

  @Test func `a variable may name the file`() throws {
    try withTemporaryDirectory { directory in
      try write(#"{"idle-timeout": 7}"#, to: directory + "/a.json")
      let configuration = try configuration(variables: ["REDOUBT_CONFIG": directory + "/a.json"])
      #expect(configuration.idleTimeoutSeconds == 7)
    }
  }

  @Test(arguments: [#"{"bogus": 1}"#, #"{"config": "x"}"#])
  func `an unknown key in the file is refused by name`(text: String) throws {
    let name = text.contains("bogus") ? "`bogus`" : "`config`"
    #expect { try SettingsFile.parse(Array(text.utf8), path: "f") } throws: { "\($0)".contains("unknown key \(name)") }
  }

  @Test(arguments: ["[]", "{", #"{"listen": true}"#, #"{"listen": 1.5}"#])
  func `a file out of form is refused`(text: String) {
    #expect(throws: CommandFailure.self) { try SettingsFile.parse(Array(text.utf8), path: "f") }
  }

  @Test func `values out of range or form are refused by name`() {
    let numbers = ServeKey.allCases.filter { if case .whole = $0.row.form { true } else { false } }
    #expect(numbers.count == 13)
    for key in numbers {
      for value in ["-1", "x", "", "99999999999999", "1e3"] {
        #expect(failure([key: value]).hasPrefix("\(key.name) is `\(value)`"), "\(key.name) \(value)")
      }
    }
    for (key, value) in [(ServeKey.region, "US"), (.account, "12"), (.logLevel, "loud"), (.listen, "4566")] {
      #expect(failure([key: value]).hasPrefix("\(key.name) is `\(value)`"))
    }
  }

  @Test(arguments: ["0.0.0.0:80", "10.0.0.1:4566", "[::]:4566", "example.com:80", "128.0.0.1:1", "[::ffff:1.2.3.4]:1"])
  func `plain HTTP is not served beyond loopback`(address: String) {
    #expect(failure([.listen: address]).contains("TLS is not configured and plain HTTP is served on loopback only"))
  }

  @Test(arguments: ["127.0.0.1:0", "127.9.9.9:65535", "[::1]:4566", "localhost:80"])
  func `loopback addresses are taken as given`(address: String) throws {
    #expect(try configuration(flags: [.listen: address]).listen.description == address)
  }

  @Test func `the server reads back what the supervisor hands over`() throws {
    var configuration = try configuration(flags: [.listen: "[::1]:1", .runtimesDirectory: "/r"])
    configuration.runtimes = ["python3.11", "provided.al2023"]
    #expect(try ServeConfiguration(json: configuration.json) == configuration)
  }

  @Test func `relative paths are made absolute`() throws {
    #expect(try configuration(flags: [.dataDirectory: "x"]).dataDirectory.hasPrefix("/"))
  }
}
