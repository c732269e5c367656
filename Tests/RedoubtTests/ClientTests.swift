import Core
import Testing
import Wire

@testable import redoubt

@Suite struct ClientTests {
  @Test func `the default profile is read, the others are not`() {
    let text = """
      # comment
      [other]
      aws_access_key_id = OTHER
      [default]
      aws_access_key_id = AKIA
       aws_secret_access_key=a=b/c+d
      #aws_session_token = no
      """
    let values = CredentialsProfile.profile("default", in: text)
    #expect(values == ["aws_access_key_id": "AKIA", "aws_secret_access_key": "a=b/c+d"])
  }

  @Test func `names in paths and queries are percent-encoded`() {
    #expect(ServiceCall.encode("arn:aws:lambda:x/ä~") == "arn%3Aaws%3Alambda%3Ax%2F%C3%A4~")
    var call = ServiceCall.lambda("GET", "")
    call.query = [("b", "2 3"), ("a", "&")]
    #expect(call.encodedQuery == "a=%26&b=2%203")
  }

  @Test(arguments: [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
  func `ages are numbers with a unit`(text: String, seconds: Int) {
    #expect(Age(text)?.duration == .seconds(seconds))
  }

  @Test(arguments: ["", "m", "10", "-1m", "1w", "99999999999d", "1.5h"])
  func `other ages are refused`(text: String) {
    #expect(Age(text) == nil)
  }

  @Test func `control characters do not reach the terminal`() {
    #expect(PrintableText.escape("a\tb\n\u{1B}[31m\u{9B}\r\u{202E}ä") == "a\tb\n\\u{1b}[31m\\u{9b}\\u{d}\\u{202e}ä")
  }

  @Test func `endpoints are plain HTTP with a default port`() throws {
    #expect(try ServiceEndpoint("http://localhost:4566/").description == "http://localhost:4566")
    #expect(try ServiceEndpoint("http://h").description == "http://h:80")
    #expect(throws: CommandFailure.self) { try ServiceEndpoint("https://h") }
    #expect(throws: CommandFailure.self) { try ServiceEndpoint("http://h:1/path") }
  }

  @Test func `subordinate ranges are read from their file's form`() {
    let ranges = SubordinateRange.all("me:100000:65536\nbad\n:1:2:3\nyou:x:1\n")
    #expect(ranges == [SubordinateRange(owner: "me", range: 100_000..<165_536)])
  }

  @Test func `the spawner is told one setting a line`() throws {
    let settings = try ServeSettings(
      flags: [.spawner: "/opt/s", .environments: "8"], environment: ProcessEnvironment([:]),
      defaults: ServeDefaults(
        isRoot: true, user: 0, dataHome: nil, configurationHome: nil, memoryMiB: nil, executableDirectory: nil))
    let runtimes = [
      HostRuntime(name: "python3.11", directory: "/r/python", command: ["/usr/bin/python3.11", "/var/runtime/b.py"]),
      HostRuntime(name: "provided.al2", directory: nil, command: ["/var/task/bootstrap"]),
    ]
    let text = try SpawnerConfiguration(ServeConfiguration(settings), instance: "ab", runtimes: runtimes).text
    #expect(
      text == """
        instance ab
        uid-base 2000000
        slots 8
        unpacker /opt/redoubt-unpack
        zygote-library /opt/libredoubt-zygote.so
        runtime python3.11 /r/python /usr/bin/python3.11 /var/runtime/b.py
        runtime provided.al2 - /var/task/bootstrap

        """)
  }
}
