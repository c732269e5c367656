import Testing

@testable import redoubt

@Suite struct PythonRequirementsTests {
  private let installation = PythonInstallation(cache: "/c", environment: [], options: .init())

  @Test(arguments: [
    "-r other.txt", "-rother.txt", "--requirement=x", "-c limits.txt", "--constraint x", "-e .", "./wheel.whl",
    "/a.whl", "file:///a.whl", "  -r x", "--find-links /a", "-f /a", "../x",
  ])
  func `lines that name other files are refused by number`(line: String) {
    #expect {
      try PythonRequirements("six\n" + line)
    } throws: { "\($0)".hasPrefix("requirements.txt:2: `") && "\($0)".contains("names another file") }
  }

  @Test(arguments: [
    "six==1.17.0", "six>=1 ; python_version > '3'", "# -r x", "--index-url https://pypi.org/simple",
    "six --hash=sha256:00", "urllib3 @ https://example.org/u.whl", "--pre", "--extra-index-url https://x",
  ])
  func `other lines are pip's affair`(line: String) throws {
    #expect(try PythonRequirements(line).isEmpty == (line.first == "#"))
  }

  @Test func `nothing is required by comments and white space`() throws {
    #expect(try PythonRequirements("\n  \n# x\n   # y").isEmpty)
  }

  @Test func `packages are kept for one text one Python and one manner`() throws {
    let (six, seven) = (try PythonRequirements("six"), try PythonRequirements("seven"))
    var built = PythonInstallation.Options()
    built.allowsSourceBuilds = true
    let other = PythonInstallation(cache: "/c", environment: [], options: built)
    let keys = [
      installation.key(six, "python3.11"), installation.key(seven, "python3.11"), installation.key(six, "python3.12"),
      other.key(six, "python3.11"),
    ]
    #expect(Set(keys).count == 4 && keys[0] == installation.key(six, "python3.11"))
  }

  @Test func `only wheels are taken unless builds are allowed`() throws {
    let python = try #require(HostRuntime.installedPythons.last)
    let wheels = try PipCommand(python, allowsSourceBuilds: false).arguments("/r", into: "/d")
    #expect(wheels.contains("--only-binary=:all:"))
    #expect(wheels.suffix(2) == ["--python-version", String(python.dropFirst(6))])
    let any = try PipCommand(python, allowsSourceBuilds: true)
    #expect(!any.arguments("/r", into: "/d").contains("--only-binary=:all:") && any.interpreter == "/usr/bin/" + python)
  }

  @Test func `builds need the interpreter itself`() throws {
    #expect(try PipCommand("python3.99", allowsSourceBuilds: false).interpreter == "/usr/bin/python3")
    #expect(throws: CommandFailure.self) { try PipCommand("python3.99", allowsSourceBuilds: true) }
  }

  @Test func `a failure shows what pip calls an error and nothing for the terminal`() throws {
    let pip = try PipCommand("python3.11", allowsSourceBuilds: false)
    let text = pip.failure("WARNING: a\nERROR: no \u{1B}[31mversion\nERROR: b\n").description
    #expect(text.contains("ERROR: no \\u{1b}[31mversion\nERROR: b\n") && !text.contains("WARNING"))
    #expect(text.contains("--allow-source-builds"))
    #expect(pip.failure("Traceback\nboom\n").description.contains("Traceback\nboom"))
  }
}
