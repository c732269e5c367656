import Core
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Requests that botocore signed; made by `Fixtures/generate_signed_requests.py`.
struct SignedRequestFixture: Decodable {
  let time: Int64
  let key: [String]
  let sessionKey: [String]
  let token: String
  let requests: [SignedRequest]

  struct SignedRequest: Decodable {
    let method: String
    let target: String
    let headers: [[String]]
    let body: String
    let session: Bool
    let presigned: Bool

    var head: RequestHead {
      RequestHead(method: method, target: target, headers: headers.map { ($0[0], $0[1]) })
    }

    var bytes: [UInt8] { Hexadecimal.decode(body) ?? [] }
  }

  static func load() throws -> SignedRequestFixture {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Fixtures/signed-requests.json"))
    return try JSONDecoder().decode(SignedRequestFixture.self, from: data)
  }
}
