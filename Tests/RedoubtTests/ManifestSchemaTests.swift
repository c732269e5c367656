import Glibc
import JSON
import Testing
import Wire

@testable import redoubt

/// docs/redoubt.schema.json and the decoder say the same of redoubt.yaml.
@Suite struct ManifestSchemaTests {
  private let root: JSONValue
  private let properties: [String: JSONValue]

  init() throws {
    let repository = HostFile.parent(HostFile.parent(HostFile.parent(#filePath)))
    root = try #require(JSONValue(parsing: try HostFile.bytes(repository + "/docs/redoubt.schema.json")))
    guard case .object(let members)? = root["definitions"]?["function"]?["properties"] else {
      throw CommandFailure(.configuration, "the schema describes no function")
    }
    properties = members
  }

  private func accepts(_ key: FunctionKey, _ value: String) -> Bool {
    (try? Manifest("functions:\n  a:\n    \(key.rawValue): \(value)\n", path: "/p/redoubt.yaml")) != nil
  }

  @Test func `the keys are the same and others are refused`() {
    #expect(Set(properties.keys) == Set(FunctionKey.allCases.map(\.rawValue)))
    #expect(root["additionalProperties"] == false)
    #expect(root["definitions"]?["function"]?["additionalProperties"] == false)
    #expect(root["required"] == ["functions"])
  }

  @Test(arguments: FunctionKey.allCases)
  func `whole numbers have the same range`(key: FunctionKey) throws {
    let property = try #require(properties[key.rawValue])
    #expect((property["type"] == "integer") == (key.range != nil))
    guard let least = property["minimum"]?.integer, let most = property["maximum"]?.integer else {
      #expect(key.range == nil)
      return
    }
    #expect(accepts(key, "\(least)") && accepts(key, "\(most)"))
    #expect(!accepts(key, "\(least - 1)") && !accepts(key, "\(most + 1)") && !accepts(key, "'\(least)'"))
  }

  @Test(arguments: FunctionKey.allCases)
  func `texts have the same lengths`(key: FunctionKey) throws {
    let property = try #require(properties[key.rawValue])
    #expect((property["type"] == "string") == (key.lengths != nil))
    guard let least = property["minLength"]?.integer, let most = property["maxLength"]?.integer else {
      #expect(key.lengths == nil)
      return
    }
    let text = { (count: Int64) in "'\(String(repeating: "x", count: Int(count)))'" }
    #expect(accepts(key, text(least)) && accepts(key, text(most)) && !accepts(key, text(most + 1)))
    #expect(least == 0 || !accepts(key, text(least - 1)))
    #expect(!accepts(key, "7") && !accepts(key, "true"))
  }

  @Test func `hygiene has the same words`() throws {
    let words = HygieneSetting.words.map { JSONValue.string($0) }
    #expect(properties["hygiene"]?["enum"] == .array(words))
    #expect(HygieneSetting.words.allSatisfy { accepts(.hygiene, $0) })
  }

  @Test func `layers and variables have the same forms`() throws {
    let most = try #require(properties["layers"]?["maxItems"]?.integer)
    let layers = { (count: Int64) in "[\((0..<count).map { "l\($0)" }.joined(separator: ", "))]" }
    #expect(accepts(.layers, layers(most)) && !accepts(.layers, layers(most + 1)) && !accepts(.layers, "[7]"))
    #expect(properties["environment"]?["additionalProperties"]?["type"] == ["string", "number", "boolean"])
    #expect(accepts(.environment, "{ A: x, B: 7, C: 1.5, D: true }"))
    #expect(!accepts(.environment, "{ A: null }") && !accepts(.environment, "{ A: [] }"))
  }

  @Test func `names of functions have the same form`() {
    #expect(root["properties"]?["functions"]?["propertyNames"]?["pattern"] == "^[A-Za-z0-9_-]{1,64}$")
    let longest = String(repeating: "n", count: 64)
    for (name, isName) in [("a", true), ("A-z_9", true), (longest, true), (longest + "n", false), ("a.b", false)] {
      #expect(((try? Manifest("functions: { \(name): {} }", path: "/p/redoubt.yaml")) != nil) == isName)
    }
  }
}
