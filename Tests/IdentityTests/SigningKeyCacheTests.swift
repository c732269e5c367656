import Core
import Cryptography
import Testing

@testable import Identity

@Suite struct SigningKeyCacheTests {
  @Test func `a signing key is derived once for each scope`() {
    let cache = SigningKeyCache()
    var derivations = 0
    for _ in 0..<3 {
      let key = cache.key(for: scope(1)) {
        derivations += 1
        return HMACKey([1])
      }
      #expect(key.code(for: []) == HMACKey([1]).code(for: []))
    }
    #expect(cache.key(for: scope(2)) { HMACKey([2]) }.code(for: []) == HMACKey([2]).code(for: []))
    #expect(derivations == 1)
  }

  @Test func `the cache never holds more than its limit`() {
    let cache = SigningKeyCache(limit: 8)
    for number in 0..<100 {
      _ = cache.key(for: scope(number)) { HMACKey([1]) }
      #expect(cache.count <= 8)
    }
  }

  private func scope(_ number: Int) -> CredentialScope {
    CredentialScope(date: String(number), region: "us-east-1", service: "lambda")
  }
}
