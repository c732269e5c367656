import Core
import Cryptography
import Foundation
import SupplyChain
import Testing

final class PackageStoreTests {
  let directory: TemporaryDirectory
  let store: PackageStore
  let account: AccountID
  let other: AccountID
  let zip = Array("PK\u{3}\u{4} the code of a function".utf8)

  init() throws {
    directory = try TemporaryDirectory()
    account = try #require(AccountID("111111111111"))
    other = try #require(AccountID("222222222222"))
    store = PackageStore(directory: directory.path, cipher: try testCipher(for: account, other))
  }

  @Test func `a package comes back as it was stored`() async throws {
    let digest = try await store.put(zip, account: account)
    #expect(digest == Hashing.sha256(zip))
    #expect(try await store.load(digest, account: account) == zip)
  }

  @Test func `a package is verified as it is on disk at that moment`() async throws {
    let digest = try await store.put(zip, account: account)
    #expect(await fault(digest) == nil)
    let file = URL(fileURLWithPath: path(digest, account))
    try Data([1, 2, 3]).write(to: file)
    #expect(await fault(digest) == .damaged(digest))
    try FileManager.default.removeItem(at: file)
    #expect(await fault(digest) == .missing(digest))
  }

  @Test func `an empty package and one of many pages come back too`() async throws {
    let large = SeededRandomSource(seed: 1).bytes(300_000)
    for bytes in [[], large] {
      let digest = try await store.put(bytes, account: account)
      #expect(try await store.load(digest, account: account) == bytes)
    }
  }

  @Test func `a package is of its account alone`() async throws {
    let digest = try await store.put(zip, account: account)
    await #expect(throws: PackageError.missing(digest)) { try await self.store.load(digest, account: self.other) }
  }

  @Test func `a sealed package moved to another account is damaged there`() async throws {
    let digest = try await store.put(zip, account: account)
    _ = try await store.put(zip, account: other)
    try FileManager.default.removeItem(atPath: path(digest, other))
    try FileManager.default.copyItem(atPath: path(digest, account), toPath: path(digest, other))
    await #expect(throws: PackageError.damaged(digest)) { try await self.store.load(digest, account: self.other) }
  }

  @Test func `a sealed package under another digest is damaged`() async throws {
    let first = try await store.put(zip, account: account)
    let second = try await store.put([1, 2, 3], account: account)
    try FileManager.default.removeItem(atPath: path(second, account))
    try FileManager.default.copyItem(atPath: path(first, account), toPath: path(second, account))
    await #expect(throws: PackageError.damaged(second)) { try await self.store.load(second, account: self.account) }
  }

  @Test func `bytes that open but have another digest are damaged`() async throws {
    let digest = try await store.put(zip, account: account)
    let forged = try testCipher(for: account).seal(
      [9, 9], account: account, context: ["aws:redoubt:artifact": digest.description])
    try Data(forged).write(to: URL(fileURLWithPath: path(digest, account)))
    await #expect(throws: PackageError.damaged(digest)) { try await self.store.load(digest, account: self.account) }
  }

  @Test(arguments: [0, 70, -1])
  func `a changed byte is noticed, and storing again repairs it`(position: Int) async throws {
    let digest = try await store.put(zip, account: account)
    let file = URL(fileURLWithPath: path(digest, account))
    var sealed = try Data(contentsOf: file)
    sealed[position < 0 ? sealed.count - 1 : position] ^= 1
    try sealed.write(to: file)
    await #expect(throws: PackageError.damaged(digest)) { try await self.store.load(digest, account: self.account) }
    #expect(try await store.put(zip, account: account) == digest)
    #expect(try await store.load(digest, account: account) == zip)
  }

  @Test func `a file cut short is damaged`() async throws {
    let digest = try await store.put(zip, account: account)
    try Data().write(to: URL(fileURLWithPath: path(digest, account)))
    await #expect(throws: PackageError.damaged(digest)) { try await self.store.load(digest, account: self.account) }
  }

  @Test func `storing the same bytes again writes nothing`() async throws {
    let digest = try await store.put(zip, account: account)
    let before = try Data(contentsOf: URL(fileURLWithPath: path(digest, account)))
    #expect(try await store.put(zip, account: account) == digest)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path(digest, account))) == before)
  }

  @Test func `the disk holds no byte of the code in clear and nothing that others may read`() async throws {
    let digest = try await store.put(zip, account: account)
    let sealed = try Data(contentsOf: URL(fileURLWithPath: path(digest, account)))
    #expect(sealed.range(of: Data("the code".utf8)) == nil)
    #expect(try mode(path(digest, account)) == 0o600)
    #expect(try mode(directory.path + "/\(account)") == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["\(account)"])
  }

  @Test func `a removed package is missing, and removing it again is no error`() async throws {
    let digest = try await store.put(zip, account: account)
    try await store.remove(digest, account: account)
    try await store.remove(digest, account: account)
    await #expect(throws: PackageError.missing(digest)) { try await self.store.load(digest, account: self.account) }
  }

  @Test func `the sweep keeps what is named and removes the rest with its leftovers`() async throws {
    let kept = try await store.put(zip, account: account)
    let unnamed = try await store.put([1], account: account)
    let ofOther = try await store.put(zip, account: other)
    let leftover = path(kept, account) + ".partial"
    try Data([1, 2]).write(to: URL(fileURLWithPath: leftover))
    let stranger = directory.path + "/\(account)/notes.txt"
    try FileManager.default.createDirectory(atPath: stranger, withIntermediateDirectories: false)

    #expect(try await store.removeUnreferenced(keeping: [ArtifactID(account: account, digest: kept)]) == 2)
    #expect(try await store.load(kept, account: account) == zip)
    await #expect(throws: PackageError.missing(unnamed)) { try await self.store.load(unnamed, account: self.account) }
    await #expect(throws: PackageError.missing(ofOther)) { try await self.store.load(ofOther, account: self.other) }
    #expect(!FileManager.default.fileExists(atPath: leftover))
    #expect(FileManager.default.fileExists(atPath: stranger))
  }

  @Test func `the total is that of the files on disk`() async throws {
    #expect(try await store.totalBytes() == 0)
    let digests = [try await store.put(zip, account: account), try await store.put([1], account: other)]
    let sizes = try Swift.zip(digests, [account, other]).map {
      try Data(contentsOf: URL(fileURLWithPath: path($0, $1))).count
    }
    #expect(try await store.totalBytes() == sizes.reduce(0, +))
  }

  @Test func `a leftover of an unfinished write is in nobody's way`() async throws {
    let digest = try await store.put(zip, account: account)
    let file = path(digest, account)
    try FileManager.default.moveItem(atPath: file, toPath: file + ".partial")
    await #expect(throws: PackageError.missing(digest)) { try await self.store.load(digest, account: self.account) }
    _ = try await store.put(zip, account: account)
    #expect(try await store.load(digest, account: account) == zip)
  }

  @Test func `a directory that is not there is a failure that names it`() async throws {
    let lost = PackageStore(directory: "/nowhere", cipher: try testCipher(for: account))
    await #expect(throws: PackageError.failed("mkdir `/nowhere/\(account)`: No such file or directory")) {
      try await lost.put([1], account: self.account)
    }
  }

  @Test func `an account without a key is a failure and not damage`() async throws {
    let digest = try await store.put(zip, account: account)
    let keyless = PackageStore(directory: directory.path, cipher: try testCipher())
    await #expect(throws: PackageError.failed("account `\(account)` has no key of version 1")) {
      try await keyless.load(digest, account: self.account)
    }
  }

  @Test func `base 64 of a digest is what CodeSha256 shows`() {
    #expect(Hashing.sha256([UInt8]()).base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
  }

  private func fault(_ digest: Digest) async -> PackageError? {
    await withCheckedContinuation { continuation in
      store.verify(ArtifactID(account: account, digest: digest)) { result in
        if case .failure(let error) = result {
          continuation.resume(returning: error)
        } else {
          continuation.resume(returning: nil)
        }
      }
    }
  }

  private func path(_ digest: Digest, _ account: AccountID) -> String {
    "\(directory.path)/\(account)/\(digest.description.prefix(2))/\(digest)"
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
