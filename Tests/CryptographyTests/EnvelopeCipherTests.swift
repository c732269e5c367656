import Core
import Cryptography
import Testing

@Suite struct EnvelopeCipherTests {
  private let random = SeededRandomSource(seed: 3)
  private let account: AccountID
  private let other: AccountID
  private let cipher: EnvelopeCipher
  private let context = ["arn": "arn:aws:lambda:us-east-1:123456789012:function:orders", "purpose": "environment"]

  init() throws {
    account = try #require(AccountID("123456789012"))
    other = try #require(AccountID("210987654321"))
    let root = PlainRootKey()
    var keys: [WrappedAccountKey] = []
    for owner in [account, other] {
      for version in 1...2 as ClosedRange<UInt32> {
        keys.append(try WrappedAccountKey(generatingFor: owner, version: version, root: root, random: random))
      }
    }
    cipher = EnvelopeCipher(keyring: try AccountKeyring(opening: keys, root: root), random: random)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 4096, 100_000])
  func `a sealed value opens to itself`(size: Int) throws {
    let plaintext = random.bytes(size)
    let sealed = try cipher.seal(plaintext, account: account, context: context)
    #expect(try cipher.open(sealed, account: account, context: context) == plaintext)
  }

  @Test func `a new account's key joins all copies of a cipher, and takes nobody's place`() throws {
    let (copy, root) = (cipher, PlainRootKey())
    let new = try #require(AccountID("000000000001"))
    let key = try WrappedAccountKey(generatingFor: new, version: 1, root: root, random: random)
    #expect(code { try cipher.seal([1], account: new, context: context) } == .unknownKey)
    #expect(try cipher.add(key, root: root))
    let sealed = try copy.seal([1], account: new, context: context)
    let second = try WrappedAccountKey(generatingFor: new, version: 1, root: root, random: random)
    #expect(try !copy.add(second, root: root))
    #expect(try cipher.open(sealed, account: new, context: context) == [1])
    let before = try cipher.seal([1], account: account, context: context)
    cipher.forget(new)
    #expect(code { try copy.open(sealed, account: new, context: context) } == .unknownKey)
    #expect(try copy.open(before, account: account, context: context) == [1])
  }

  @Test func `the same value never seals to the same bytes`() throws {
    let first = try cipher.seal([1, 2, 3], account: account, context: context)
    let second = try cipher.seal([1, 2, 3], account: account, context: context)
    #expect(first != second)
    #expect(first[5...].prefix(60) != second[5...].prefix(60))
  }

  @Test func `a change of any one bit is noticed`() throws {
    let sealed = try cipher.seal(Array("secret".utf8), account: account, context: context)
    for index in sealed.indices {
      for bit in 0..<8 {
        var changed = sealed
        changed[index] ^= 1 << bit
        #expect(code { try cipher.open(changed, account: account, context: context) } != nil, "bit \(bit) of \(index)")
      }
    }
  }

  @Test func `a value that was cut or extended does not open`() throws {
    let sealed = try cipher.seal(Array("secret".utf8), account: account, context: context)
    for count in sealed.indices {
      #expect(code { try cipher.open(Array(sealed[..<count]), account: account, context: context) } != nil)
    }
    #expect(code { try cipher.open(sealed + [0], account: account, context: context) } == .notAuthentic)
  }

  @Test func `a value moved to another account or context does not open`() throws {
    let sealed = try cipher.seal(Array("secret".utf8), account: account, context: context)
    #expect(code { try cipher.open(sealed, account: other, context: context) } == .notAuthentic)
    var moved = context
    moved["arn"] = "arn:aws:lambda:us-east-1:123456789012:function:other"
    #expect(code { try cipher.open(sealed, account: account, context: moved) } == .notAuthentic)
    #expect(code { try cipher.open(sealed, account: account, context: [:]) } == .notAuthentic)
    let regrouped = ["arn": context["arn", default: ""] + "purpose", "": "environment"]
    #expect(code { try cipher.open(sealed, account: account, context: regrouped) } == .notAuthentic)
  }

  @Test func `contexts that Unicode holds equal are told apart`() throws {
    let sealed = try cipher.seal([1], account: account, context: ["name": "\u{E9}"])
    #expect(code { try cipher.open(sealed, account: account, context: ["name": "e\u{301}"]) } == .notAuthentic)
  }

  @Test func `a wrapped data key of another value does not open this one`() throws {
    let first = try cipher.seal([1, 2, 3], account: account, context: context)
    let second = try cipher.seal([4, 5, 6], account: account, context: context)
    let swapped = Array(first[..<65] + second[65...])
    #expect(code { try cipher.open(swapped, account: account, context: context) } == .notAuthentic)
  }

  @Test func `an account without a key can neither seal nor open`() throws {
    let stranger = try #require(AccountID("000000000001"))
    let sealed = try cipher.seal([1], account: account, context: context)
    #expect(code { try cipher.seal([1], account: stranger, context: context) } == .unknownKey)
    #expect(code { try cipher.open(sealed, account: stranger, context: context) } == .unknownKey)
  }

  @Test func `values sealed under an older version still open`() throws {
    let root = PlainRootKey()
    let old = try WrappedAccountKey(generatingFor: account, version: 1, root: root, random: random)
    let new = try WrappedAccountKey(generatingFor: account, version: 2, root: root, random: random)
    let before = EnvelopeCipher(keyring: try AccountKeyring(opening: [old], root: root), random: random)
    let after = EnvelopeCipher(keyring: try AccountKeyring(opening: [old, new], root: root), random: random)
    let sealed = try before.seal([7], account: account, context: context)
    #expect(try after.open(sealed, account: account, context: context) == [7])
    #expect(try after.seal([7], account: account, context: context)[4] == 2)
  }
}

/// Keys unwrapped as they are.
private struct PlainRootKey: RootKeySource {
  let keyID = "plain"

  func wrap(_ key: [UInt8], account: AccountID, version: UInt32) -> [UInt8] { key }
  func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) -> [UInt8] { wrapped }
}
