import Core
import Testing

@testable import Functions

struct LayerReferenceTests {
  private static let arn = "arn:aws:lambda:us-east-1:111111111111:layer:tools_1"

  @Test func `a layer is named by its name or its ARN`() throws {
    let byName = try #require(LayerReference("tools_1"))
    #expect(byName.name.description == "tools_1")
    #expect(byName.place == nil)
    let byARN = try #require(LayerReference(Self.arn))
    #expect(byARN.name == byName.name)
    #expect(byARN.place?.account.description == "111111111111")
    #expect(byARN.place?.region.description == "us-east-1")
  }

  @Test(arguments: [
    "", "a.b", "a b", String(repeating: "x", count: 141), "\(arn):1",
    "arn:aws:lambda:us-east-1:111111111111:function:f",
    "arn:aws:lambda::111111111111:layer:x", "arn:aws:lambda:us-east-1:1:layer:x",
    "arn:aws:s3:us-east-1:111111111111:layer:x",
    "layer:x",
  ])
  func `nothing else names a layer`(text: String) { #expect(LayerReference(text) == nil) }

  @Test func `the ARN of a version says where it is and which one`() throws {
    let version = try #require(LayerVersionReference("\(Self.arn):12"))
    #expect(version.number == 12)
    #expect(version.arn.description == "\(Self.arn):12")
    #expect(version.layerARN.description == Self.arn)
  }

  @Test(arguments: ["", ":", ":x", ":-1", ":+1", ":1:2", ":99999999999999999999"])
  func `an ARN without a version number names no version`(end: String) {
    #expect(LayerVersionReference(Self.arn + end) == nil)
  }
}
