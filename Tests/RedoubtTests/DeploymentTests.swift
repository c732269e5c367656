import Core
import Glibc
import JSON
import Testing
import Wire

@testable import redoubt

@Suite struct DeploymentTests {
  private let function: JSONValue = [
    "FunctionName": "f", "Handler": "app.handler", "Runtime": "python3.11", "MemorySize": 128, "Timeout": 3,
    "Description": "", "Role": "arn:aws:iam::000000000000:role/x",
    "EphemeralStorage": ["Size": 512], "Environment": ["Variables": ["A": "1"]],
    "Layers": [["Arn": "arn:aws:lambda:us-east-1:000000000000:layer:a:1", "CodeSize": 7]],
  ]

  @Test func `what a function has already is not asked for again`() {
    let settings = FunctionSettings(
      handler: "app.handler", runtime: "python3.11", memory: 128, timeout: 3, ephemeralStorage: 512,
      variables: ["A": "1"], role: "arn:aws:iam::000000000000:role/x", description: "",
      layers: ["arn:aws:lambda:us-east-1:000000000000:layer:a:1"])
    #expect(settings.members.count == 9)
    #expect(settings.changes(to: function).isEmpty)
    #expect(FunctionSettings().changes(to: function).isEmpty)
  }

  @Test func `only what differs is asked for`() {
    let settings = FunctionSettings(handler: "app.handler", memory: 256, timeout: 3, variables: ["A": "2"])
    #expect(
      settings.changes(to: function) == ["MemorySize": 256, "Environment": ["Variables": ["A": "2"]]])
    let none = FunctionSettings(variables: [:], layers: [])
    #expect(none.changes(to: function).keys.sorted() == ["Environment", "Layers"])
  }

  @Test func `members that answers leave out are empty`() {
    let bare: JSONValue = ["FunctionName": "f"]
    #expect(FunctionSettings(variables: [:], layers: []).changes(to: bare).isEmpty)
    #expect(FunctionSettings(variables: ["A": ""]).changes(to: bare) == ["Environment": ["Variables": ["A": ""]]])
  }

  @Test func `a new function has every member that must be there`() throws {
    let account = try #require(AccountID("000000000001"))
    let members = FunctionSettings(memory: 256).membersForCreation("provided.al2023", hasBootstrap: true) { account }
    #expect(members["Runtime"] == "provided.al2023" && members["Handler"] == "bootstrap")
    #expect(members["MemorySize"] == 256)
    #expect(members["Role"] == "arn:aws:iam::000000000001:role/lambda-basic")
    let other = FunctionSettings().membersForCreation("python3.11", hasBootstrap: false) { account }
    #expect(other["Handler"] == "app.handler")
  }

  @Test func `hygiene is set only where it is another`() throws {
    let own: JSONValue = ["Hygiene": "SingleUse", "SetBy": "Function"]
    let inherited: JSONValue = ["Hygiene": "SingleUse", "SetBy": "Account"]
    #expect(try HygieneSetting("SingleUse").isTold(by: own) && !HygieneSetting("SingleUse").isTold(by: inherited))
    #expect(try !HygieneSetting("PerInvocation").isTold(by: own))
    #expect(try HygieneSetting("default").isTold(by: inherited) && !HygieneSetting("default").isTold(by: own))
  }

  @Test func `equal directories make equal packages whatever their times and umasks`() throws {
    try withTemporaryDirectory { directory in
      for (name, mode) in [("a", mode_t(0o644)), ("b", mode_t(0o600))] {
        #expect(mkdir("\(directory)/\(name)", 0o755) == 0)
        try write("x = 1", to: "\(directory)/\(name)/\(name == "a" ? "app" : "lib").py", mode: mode)
        try write("x = 1", to: "\(directory)/\(name)/\(name == "a" ? "lib" : "app").py", mode: mode)
      }
      var old = [timeval(tv_sec: 0, tv_usec: 0), timeval(tv_sec: 0, tv_usec: 0)]
      #expect(utimes(directory + "/a/app.py", &old) == 0)
      let packages = try ["a", "b"].map { try CodePackage(CodeSource(path: "\(directory)/\($0)")) }
      #expect(packages[0].zip == packages[1].zip && packages[0].sha256 == packages[1].sha256)
      try write("x = 2", to: directory + "/b/app.py")
      #expect(try CodePackage(CodeSource(path: directory + "/b")).sha256 != packages[0].sha256)
    }
  }

  @Test func `the manifest and an editor's files are no code`() throws {
    try withTemporaryDirectory { directory in
      #expect(mkdir(directory + "/sub", 0o755) == 0)
      for name in ["app.py", "redoubt.yaml", "app.py~", ".app.py.swp", ".#app.py", "sub/redoubt.yaml", ".env"] {
        try write("x", to: "\(directory)/\(name)")
      }
      #expect(try SourceTree(directory).entries().map(\.name).sorted() == [".env", "app.py", "sub/redoubt.yaml"])
    }
  }
}
