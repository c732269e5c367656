import Testing

@testable import redoubt

@Suite struct HostNodeTests {
  @Test func `a version for which aws has a runtime has its name`() {
    #expect(HostNode.runtimeName(version: "v20.11.1\n") == "nodejs20.x")
    #expect(HostNode.runtimeName(version: "v18.20.4") == "nodejs18.x")
  }

  @Test func `any other version or text has none`() {
    for text in ["v19.0.0", "v200.1.0", "20.1.0", "v", "v.1", "", "v20x.1"] {
      #expect(HostNode.runtimeName(version: text) == nil)
    }
  }

  @Test(.enabled(if: HostFile.isExecutable(HostNode.path)))
  func `the node of this host says which it is`() throws {
    let printed = try run(HostNode.path, ["node", "--version"])
    #expect(HostNode.runtimeName == HostNode.runtimeName(version: printed))
  }
}
