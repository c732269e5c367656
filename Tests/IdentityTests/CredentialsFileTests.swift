import Core
import Cryptography
import Testing

@testable import Identity

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct CredentialsFileTests {
  private let random = SeededRandomSource(seed: 6)

  @Test func `new credentials have AWS's form`() {
    let credentials = AccessKeyCredentials(from: SystemRandomSource())
    #expect(credentials.accessKeyID.description.hasPrefix("AKIA"))
    #expect(credentials.accessKeyID.description.utf8.count == 20)
    #expect(credentials.secretAccessKey.utf8.count == 40)
    #expect(Base32.text(Array("fooba".utf8)) == "MZXW6YTB")
  }

  @Test func `a missing file is written and then left as it is`() throws {
    try withFile { path in
      let first = AccessKeyCredentials(from: random)
      try CredentialsFile(path).ensure(first, random: random) { _ in .foreign }
      let text = String(decoding: try SecretFile(path).read(limit: 1000), as: UTF8.self)
      #expect(
        text
          == "[default]\naws_access_key_id = \(first.accessKeyID)\naws_secret_access_key = \(first.secretAccessKey)\n")
      try CredentialsFile(path).ensure(AccessKeyCredentials(from: random), random: random) {
        $0 == first.accessKeyID ? .known : .foreign
      }
      #expect(String(decoding: try SecretFile(path).read(limit: 1000), as: UTF8.self) == text)
    }
  }

  @Test func `a file of another database is refused and left as it is`() throws {
    try withFile { path in
      try CredentialsFile(path).ensure(AccessKeyCredentials(from: random), random: random) { _ in .foreign }
      let before = try SecretFile(path).read(limit: 1000)
      let error = #expect(throws: IdentityError.self) {
        try CredentialsFile(path).ensure(AccessKeyCredentials(from: random), random: random) { _ in .foreign }
      }
      #expect(error?.code == .foreignCredentials)
      #expect(try SecretFile(path).read(limit: 1000) == before)
    }
  }

  @Test func `a key that was deleted gives way to one that is there`() throws {
    try withFile { path in
      try CredentialsFile(path).ensure(AccessKeyCredentials(from: random), random: random) { _ in .foreign }
      let next = AccessKeyCredentials(from: random)
      try CredentialsFile(path).ensure(next, random: random) { _ in .deleted }
      #expect(try CredentialsFile(path).accessKeyID() == next.accessKeyID)
      #expect(String(decoding: try SecretFile(path).read(limit: 1000), as: UTF8.self).contains(next.secretAccessKey))
    }
  }

  @Test func `a file without a key is refused`() throws {
    try withFile { path in
      try SecretFile(path).create(Array("[default]\n".utf8), random: random)
      let error = #expect(throws: IdentityError.self) {
        try CredentialsFile(path).ensure(AccessKeyCredentials(from: random), random: random) { _ in .known }
      }
      #expect(error?.code == .malformedCredentials)
    }
  }

  private func withFile(_ body: (String) throws -> Void) throws {
    let name = "redoubt-test-\(Hexadecimal.encode(SystemRandomSource().bytes(8)))"
    let directory = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.appending(path: "credentials").path(percentEncoded: false))
  }
}
