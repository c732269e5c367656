import Functions
import Testing

@testable import redoubt

@Suite struct ManifestTests {
  private func manifest(_ text: String) throws -> Manifest { try Manifest(text, path: "/p/redoubt.yaml") }

  /// What is said of a file that is wrong.
  private func complaint(_ text: String) -> String {
    do {
      _ = try manifest(text)
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  @Test func `functions come in the order of the file with all that is said of them`() throws {
    let text = """
      functions:
        zeta:
          code: ./src
          runtime: python3.11
          handler: main.handle
          description: "the last first"
          memory: 256
          timeout: 30
          ephemeral-storage: 1024
          role: arn:aws:iam::000000000000:role/x
          hygiene: SingleUse
          layers: [arn:aws:lambda:us-east-1:000000000000:layer:a:1, layers/common]
          environment:
            NUMBER: 1.10
            TRUTH: yes
            EMPTY: ""
        alpha: {}
      """
    let functions = try manifest(text).functions
    #expect(functions.map(\.name) == ["zeta", "alpha"])
    let settings = FunctionSettings(
      handler: "main.handle", runtime: "python3.11", memory: 256, timeout: 30, ephemeralStorage: 1024,
      variables: ["NUMBER": "1.10", "TRUTH": "yes", "EMPTY": ""], role: "arn:aws:iam::000000000000:role/x",
      description: "the last first")
    #expect(functions[0].settings == settings)
    #expect(functions[0].code.path == "/p/src")
    #expect(functions[0].hygiene == .mode(.singleUse))
    #expect(
      functions[0].layers == [
        .version(arn: "arn:aws:lambda:us-east-1:000000000000:layer:a:1"), .directory("/p/layers/common"),
      ])
    #expect(functions[1].settings == FunctionSettings() && functions[1].layers == nil && functions[1].hygiene == nil)
    #expect(functions[1].code.path == "/p")
  }

  @Test func `an unknown key is refused with its line and the known ones`() {
    #expect(
      complaint("functions:\n  a:\n    memory: 128\n    memroy: 256\n")
        == "/p/redoubt.yaml:4: unknown key `functions.a.memroy`: give one of code, description, environment, "
        + "ephemeral-storage, handler, hygiene, layers, memory, role, runtime, timeout")
    #expect(complaint("Functions: {}") == "/p/redoubt.yaml:1: unknown key `Functions`: give one of functions")
  }

  @Test(arguments: [
    ("functions:\n  a:\n    timeout: 901", "3: `functions.a.timeout` is `901`: give a whole number from 1 to 900"),
    ("functions:\n  a:\n    timeout: '9'", "3: `functions.a.timeout` is `9`: give a whole number from 1 to 900"),
    ("functions:\n  a:\n    memory: [1]", "3: `functions.a.memory` is a list: give a whole number from 128 to 10240"),
    (
      "functions:\n  a:\n    runtime: 3.11",
      "3: `functions.a.runtime` is `3.11`: give text, in quotes where YAML would take it for something else"
    ),
    ("functions:\n  a:\n    handler: ''", "3: `functions.a.handler` is empty: give 1 to 128 characters"),
    ("functions:\n  a:\n    layers: x", "3: `functions.a.layers` must be a list"),
    (
      "functions:\n  a:\n    environment:\n      B:",
      "4: `functions.a.environment.B` is empty: give text, or \"\" for none"
    ),
    ("functions:\n  a:\n    environment: [x]", "3: `functions.a.environment` must be keys with values"),
    (
      "functions:\n  a:\n    hygiene: Never",
      "3: `Never` is no hygiene mode: give one of PerInvocation, PerEnvironment, SingleUse, default"
    ),
    ("functions:\n  a b: {}", "2: `a b` is no function's name: give 1 to 64 letters, digits, hyphens and underscores"),
    ("functions:\n  a:", "2: `functions.a` must be keys with values"),
    ("functions: {}", "1: `functions` has none: give the functions by their names"),
    ("{}", "1: `functions` is missing: give the functions by their names"),
    ("- a", "1: the file must be keys with values"),
    ("functions:\n  a: {}\n  a: {}\n", "2: `a` is there twice: leave one of them"),
  ])
  func `what has another form is refused with its line`(text: String, expected: String) {
    #expect(complaint(text) == "/p/redoubt.yaml:" + expected)
  }

  @Test(arguments: ["functions: [", "a: b: c", "functions:\n\t- x", "functions: *none", "a: 1\n---\nb: 2\n", "\u{7}"])
  func `what is no YAML document is refused with its place`(text: String) {
    #expect(complaint(text).hasPrefix("/p/redoubt.yaml:"))
  }

  @Test func `an empty file is refused`() {
    #expect(complaint("# nothing\n") == "`/p/redoubt.yaml` is empty: give `functions`")
  }

  @Test func `terminal sequences of a file do not reach the terminal`() {
    #expect(!complaint("functions:\n  a:\n    \"\\e[2J\": 1").contains("\u{1B}"))
  }

  @Test func `two layers of one name are refused`() {
    let text = "functions:\n  a: { layers: [x/common] }\n  b: { layers: [x/common, y/common] }\n"
    #expect(complaint(text).contains("two layers are in directories called `common`"))
    #expect(complaint(text.replacing("y/common", with: "y/other")) == "nothing")
  }

  @Test func `single functions are picked by name`() throws {
    let manifest = try manifest("functions: { a: {}, b: {}, c: {} }")
    #expect(try manifest.functions(only: ["c", "a"]).map(\.name) == ["a", "c"])
    #expect(try manifest.functions(only: []).count == 3)
    #expect {
      try manifest.functions(only: ["d"])
    } throws: { "\($0)" == "--only is `d`, which the file does not have: give one of a, b, c" }
  }

  @Test func `a directory stands for the file in it`() throws {
    try withTemporaryDirectory { directory in
      #expect(Manifest.file(at: directory) == nil)
      try write("functions: {}", to: directory + "/redoubt.yaml")
      #expect(Manifest.file(at: directory) == directory + "/redoubt.yaml")
      #expect(Manifest.file(at: "other.yml") == "other.yml")
      #expect(Manifest.file(at: "code.zip") == nil)
    }
  }
}
