import Core
import Cryptography
import Foundation
import Testing

@testable import Functions

struct FunctionLayerTests {
  private let place: AccountRegion

  init() throws {
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
  }

  @Test func `layers outlive their way through a record`() throws {
    let layers = try [1, 2].map { FunctionLayer(try layer($0)) }
    let record = try JSONEncoder().encode(configuration(layers))
    #expect(try JSONDecoder().decode(FunctionConfiguration.self, from: record).layers == layers)
  }

  @Test func `a record that is older than layers has none`() throws {
    let record = """
      {"runtime": "python3.11", "handler": "a.b", "role": "r", "description": "", "timeout": 3, "memorySize": 128,
      "ephemeralStorage": 512}
      """
    let configuration = try JSONDecoder().decode(FunctionConfiguration.self, from: Data(record.utf8))
    #expect(configuration == self.configuration([]))
  }

  @Test func `of layers with equal content only the topmost is needed`() throws {
    let contents: [UInt8] = [1, 2, 1, 3, 2]
    let version = FunctionVersion(
      place: place, name: .none, qualifier: .latest,
      configuration: configuration(try contents.map { FunctionLayer(try layer($0)) }),
      code: FunctionCode(digest: Hashing.sha256([9]), size: 1), sealedEnvironment: nil,
      lastModified: WallTime(seconds: 0), revisionID: "r")
    #expect(version.layerArtifacts.map(\.digest) == [[1], [3], [2]].map { Hashing.sha256($0) })
    #expect(version.codeArtifact.digest == Hashing.sha256([9]))
  }

  private func configuration(_ layers: [FunctionLayer]) -> FunctionConfiguration {
    FunctionConfiguration(
      runtime: "python3.11", handler: "a.b", role: "r", description: "", timeout: 3, memorySize: 128,
      ephemeralStorage: 512, layers: layers)
  }

  private func layer(_ content: UInt8) throws -> LayerVersion {
    let reference = LayerVersionReference(place: place, name: try #require(LayerName("l")), number: Int(content))
    return LayerVersion(
      reference: reference, details: LayerDetails(description: "", runtimes: [], architectures: [], license: nil),
      content: LayerContent(digest: Hashing.sha256([content]), size: 1, unpackedSize: 1), created: WallTime(seconds: 0))
  }
}
