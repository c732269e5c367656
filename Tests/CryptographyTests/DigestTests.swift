import Core
import Cryptography
import Testing

@Suite struct DigestTests {
  @Test func `the digest of abc is that of FIPS 180`() {
    let digest = Hashing.sha256("abc".utf8)
    #expect(digest.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `pieces give the same digest as the whole`() {
    let whole = SeededRandomSource(seed: 1).bytes(1000)
    var builder = DigestBuilder()
    builder.update(Array(whole[..<1]))
    whole[1...].withUnsafeBytes { builder.update($0) }
    #expect(builder.finalize() == Hashing.sha256(whole))
    #expect(whole.withUnsafeBytes { Hashing.sha256($0) } == Hashing.sha256(whole))
  }

  @Test func `a code is that of RFC 4231 test case 2`() {
    let code = HMACKey(Array("Jefe".utf8)).code(for: Array("what do ya want for nothing?".utf8))
    #expect(Hexadecimal.encode(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func `equality needs equal counts and equal bytes`() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2], [1, 2]))
    #expect(!constantTimeEquals([1, 2], [1, 3]))
    #expect(!constantTimeEquals([1, 2], [1, 2, 0]))
  }
}
