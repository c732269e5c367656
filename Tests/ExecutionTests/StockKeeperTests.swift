import Core
import Sandbox
import Testing

@testable import Execution
@testable import Functions

/// Which function may be taken from what is kept ready, and which has its runtime executed.
struct StockKeeperTests {
  private let keeper = StockKeeper(
    spawner: Spawner(), runtimes: RuntimeCatalog(identifiers: ["python3.11", "nodejs20.x", "provided.al2023"]),
    memoryReserve: 0, time: ManualTimeSource())

  @Test(
    arguments: [
      "LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHASHSEED", "NODE_OPTIONS", "NODE_PATH", "LC_ALL",
      "LC_CTYPE",
      "LANG", "LANGUAGE", "GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "UV_THREADPOOL_SIZE", "OPENSSL_CONF",
      "AWS_LAMBDA_EXEC_WRAPPER",
    ], ["python3.11", "nodejs20.x"])
  func `a variable that is read at the start of a process has the runtime executed`(
    name: String, runtime: String
  ) throws {
    #expect(keeper.take(try version(runtime), variables: [name: "x"]) == nil)
    #expect(keeper.take(try version(runtime), variables: ["OTHER": "x", name: ""]) == nil)
  }

  @Test(arguments: [
    "TZ", "PATH", "HOME", "MY_LD_PRELOAD", "LDAP", "NODE", "PYTHO", "LANGUAGES", "lang", "AWS_LAMBDA_LOG_LEVEL",
  ])
  func `any other variable does not`(name: String) throws {
    #expect(keeper.take(try version("python3.11"), variables: [name: "x"]) != nil)
    #expect(keeper.take(try version("nodejs20.x"), variables: [name: "x"]) != nil)
  }

  @Test(arguments: ["LD_PRELOAD", "LANG", "PYTHONPATH"])
  func `a custom runtime is executed in any case, so its variables change nothing`(name: String) throws {
    #expect(keeper.take(try version("provided.al2023"), variables: [name: "x"]) != nil)
  }

  @Test func `a runtime that is not here has nothing ready`() throws {
    #expect(keeper.take(try version("ruby3.3"), variables: [:]) == nil)
  }

  @Test func `accounts share no zygote, and what has run nobody's code they do`() throws {
    let (one, other) = ("111111111111", "222222222222")
    let zygotes = try [one, other].map { keeper.take(try version("python3.11", of: $0), variables: [:]) }
    #expect(zygotes[0] != zygotes[1])
    #expect(keeper.take(try version("python3.11", of: one), variables: [:]) == zygotes[0])
    for runtime in ["nodejs20.x", "provided.al2023"] {
      let lines = try [one, other].map { keeper.take(try version(runtime, of: $0), variables: [:]) }
      #expect(lines[0] == lines[1])
    }
  }

  @Test func `a heap that the command line sets makes another line`() throws {
    let small = keeper.take(try version("nodejs20.x", memory: 128), variables: [:])
    #expect(keeper.take(try version("nodejs20.x", memory: 256), variables: [:]) != small)
    let python = keeper.take(try version("python3.11", memory: 128), variables: [:])
    #expect(keeper.take(try version("python3.11", memory: 256), variables: [:]) == python)
  }

  private func version(_ runtime: String, of account: String = "111111111111", memory: Int = 128) throws
    -> FunctionVersion
  {
    let place = AccountRegion(
      account: try #require(AccountID(account)), region: try #require(Region("eu-west-1")))
    return FunctionVersion(
      place: place, name: try #require(FunctionName("f")), qualifier: .latest,
      configuration: FunctionConfiguration(
        runtime: runtime, handler: "a.b", role: "r", description: "", timeout: 3, memorySize: memory,
        ephemeralStorage: 512),
      code: FunctionCode(digest: try #require(Digest(bytes: [UInt8](repeating: 1, count: 32))), size: 1),
      sealedEnvironment: nil, lastModified: WallTime(seconds: 0), revisionID: "r")
  }
}
