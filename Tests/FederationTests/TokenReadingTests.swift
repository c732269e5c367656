import Core
import JSON
import Testing

@testable import Federation

@Suite struct TokenReadingTests {
  @Test(arguments: [
    "", ".", "..", "...", "a", "a.b", "a.b.c", "e30.e30.AAAA", "e30.e30.AAAA.", "e30.e30.AAAA.AAAA", "=.=.=", " . . ",
  ])
  func `what is not three parts of JSON and a signature is no token`(text: String) {
    #expect(throws: WebIdentityFailure.self) { try WebIdentityToken(text) }
  }

  @Test func `a token has twenty thousand characters and no more`() throws {
    let bench = try TokenBench()
    let room = 20_000 - bench.token(signature: "").utf8.count
    _ = try WebIdentityToken(bench.token(signature: String(repeating: "A", count: room / 4 * 4)))
    #expect(throws: WebIdentityFailure.malformed("it is longer than 20000 characters")) {
      try WebIdentityToken(bench.token(signature: String(repeating: "A", count: room + 1)))
    }
  }

  @Test func `no name stands twice in a token`() throws {
    let bench = try TokenBench()
    let parts = bench.token().fields(separatedBy: ".")
    let twice = TokenBench.text(Array(#"{"iss":"a","\u0069ss":"b"}"#.utf8))
    #expect(throws: WebIdentityFailure.malformed("the payload is no JSON object with each name once")) {
      try WebIdentityToken("\(parts[0]).\(twice).\(parts[2])")
    }
    let header = TokenBench.text(Array(#"{"alg":"RS256","kid":"key","alg":"none"}"#.utf8))
    #expect(throws: WebIdentityFailure.malformed("the header is no JSON object with each name once")) {
      try WebIdentityToken("\(header).\(parts[1]).\(parts[2])")
    }
  }

  @Test(arguments: ["A", "AB", "ABC=", "AB==", "A+BC", "A/BC", "A BC", "ABC\n", "AAB", "ABCDE", "Ä"])
  func `bytes are written in one way only`(text: String) {
    #expect(Base64URL.decode(text[...]) == nil)
  }

  @Test func `what is written is what is read`() {
    let random = SeededRandomSource(seed: 7)
    for count in 0..<70 {
      let bytes = random.bytes(count)
      #expect(Base64URL.decode(TokenBench.text(bytes)[...]) == bytes)
    }
  }

  @Test func `a token that is altered anywhere is another text to sign, or none`() throws {
    let bench = try TokenBench()
    let tags: JSONValue = ["principal_tags": ["team": ["red"]], "transitive_tag_keys": ["team"]]
    let token = bench.token(["https://aws.amazon.com/tags": tags, "azp": "a", "amr": ["pwd"], "nbf": 1])
    let original = try WebIdentityToken(token)
    let random = SeededRandomSource(seed: 2026)
    let alphabet = Array("ABCXYZabcxyz0189-_.=+/ \0".utf8)
    for _ in 0..<4000 {
      var bytes = Array(token.utf8)
      let choices = random.bytes(24)
      for change in 0..<(1 + Int(choices[0]) % 4) {
        let place = (Int(choices[4 * change + 1]) << 8 | Int(choices[4 * change + 2])) % bytes.count
        switch choices[4 * change + 3] % 3 {
        case 0: bytes[place] = alphabet[Int(choices[4 * change + 4]) % alphabet.count]
        case 1: bytes.remove(at: place)
        default: bytes.insert(alphabet[Int(choices[4 * change + 4]) % alphabet.count], at: place)
        }
      }
      guard let read = try? WebIdentityToken(String(decoding: bytes, as: UTF8.self)) else { continue }
      // What is still a token has been read from exactly the text that its signature has to cover.
      let isSame = read.signed.text == original.signed.text
      #expect(!isSame || read.claims == original.claims)
      #expect(Array(bytes.prefix(read.signed.text.count)) == read.signed.text)
    }
  }

  @Test func `no text whatever brings the reader down`() {
    let random = SeededRandomSource(seed: 99)
    let pieces = [
      "e30", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ", ".", "..", "W10", "bnVsbA", "IiI", "MQ", "-", "_", "\u{FEFF}",
    ]
    for _ in 0..<4000 {
      let text = random.bytes(8).map { pieces[Int($0) % pieces.count] }.joined()
      #expect((try? WebIdentityToken(text)) == nil)
    }
  }
}
