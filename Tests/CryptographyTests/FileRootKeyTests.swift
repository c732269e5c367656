import Core
import Cryptography
import Testing

@Suite struct FileRootKeyTests {
  private let random = SeededRandomSource(seed: 2)

  @Test func `a root key is made once and read ever after`() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/root.key"
      let account = try #require(AccountID("123456789012"))
      let first = try FileRootKey(loadingOrCreating: path, random: random)
      let wrapped = try first.wrap([1, 2, 3], account: account, version: 1)
      let second = try FileRootKey(loadingOrCreating: path, random: random)
      let third = try FileRootKey(loading: path, random: random)
      #expect(first.keyID == second.keyID)
      #expect(first.keyID.utf8.count == 32)
      #expect(try third.unwrap(wrapped, account: account, version: 1) == [1, 2, 3])
    }
  }

  @Test func `the key id holds nothing of the key`() throws {
    try withTemporaryDirectory { directory in
      let key = try FileRootKey(loadingOrCreating: "\(directory)/root.key", random: random)
      let bytes = try SecretFile("\(directory)/root.key").read(limit: 32)
      let id = try #require(Hexadecimal.decode(key.keyID))
      #expect(!id.elementsEqual(bytes.prefix(16)))
      #expect(!id.elementsEqual(Hashing.sha256(bytes).bytes.prefix(16)))
    }
  }

  @Test(arguments: [0, 31, 33])
  func `a file of another size is refused`(size: Int) throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/root.key"
      try SecretFile(path).create(random.bytes(size), random: random)
      #expect(code { try FileRootKey(loading: path, random: random) } == .unsafeFile)
    }
  }

  @Test func `loading makes no key where there is none`() throws {
    try withTemporaryDirectory { directory in
      #expect(code { try FileRootKey(loading: "\(directory)/root.key", random: random) } == .fileMissing)
      #expect(fileNames(in: directory).isEmpty)
    }
  }

  @Test func `an account key unwraps for its own account and version only`() throws {
    try withTemporaryDirectory { directory in
      let root = try FileRootKey(loadingOrCreating: "\(directory)/root.key", random: random)
      let account = try #require(AccountID("123456789012"))
      let other = try #require(AccountID("210987654321"))
      let wrapped = try root.wrap([1], account: account, version: 1)
      #expect(code { try root.unwrap(wrapped, account: other, version: 1) } == .notAuthentic)
      #expect(code { try root.unwrap(wrapped, account: account, version: 2) } == .notAuthentic)
      #expect(code { try root.unwrap([], account: account, version: 1) } == .malformed)
    }
  }

  @Test func `keys of another root key are refused by its name`() throws {
    try withTemporaryDirectory { directory in
      let account = try #require(AccountID("123456789012"))
      let root = try FileRootKey(loadingOrCreating: "\(directory)/root.key", random: random)
      let other = try FileRootKey(loadingOrCreating: "\(directory)/other.key", random: random)
      let key = try WrappedAccountKey(generatingFor: account, version: 1, root: root, random: random)
      #expect(code { try AccountKeyring(opening: [key], root: other) } == .wrongRootKey)
      let renamed = WrappedAccountKey(account: account, version: 1, rootKeyID: other.keyID, wrapped: key.wrapped)
      #expect(code { try AccountKeyring(opening: [renamed], root: other) } == .notAuthentic)
    }
  }
}
