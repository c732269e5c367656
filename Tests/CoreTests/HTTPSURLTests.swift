import Core
import Testing

@Suite struct HTTPSURLTests {
  @Test func `a URL is its host, its port and the rest`() throws {
    let plain = try #require(HTTPSURL("https://example.com"))
    #expect((plain.host, plain.port, plain.path, plain.authority) == ("example.com", 443, "", "example.com"))
    #expect(plain.query == nil)
    let whole = try #require(HTTPSURL("https://A-b.example.com:8443/a/b?c=d?e"))
    #expect((whole.host, whole.port, whole.path) == ("A-b.example.com", 8443, "/a/b"))
    #expect((whole.authority, whole.query) == ("A-b.example.com:8443", "c=d?e"))
    #expect(try #require(HTTPSURL("https://example.com?")).query == "")
  }

  @Test(arguments: [
    "", "https://", "http://example.com", "HTTPS://example.com", " https://example.com", "https://example.com ",
    "https:///a", "https://a@example.com", "https://example.com:", "https://example.com:0", "https://example.com:00443",
    "https://example.com:65536", "https://example.com:4e2", "https://example.com:+443", "https://example.com:1:2",
    "https://127.0.0.1", "https://1", "https://0x7f.1", "https://0x7f000001", "https://[::1]", "https://example.com#a",
    "https://exa\u{E9}.com",
    "https://a..b", "https://.a", "https://a.", "https://-a", "https://a-", "https://a_b", "https://example.com/\\x",
    "https://example.com/\u{0}", "https://example.com/\n", "https://example.com/<a>",
  ])
  func `what readers of URLs could read in two ways is none`(text: String) {
    #expect(HTTPSURL(text) == nil)
  }

  @Test func `a URL has 2048 bytes and no more`() {
    let start = "https://example.com/"
    #expect(HTTPSURL(start + String(repeating: "a", count: 2048 - start.utf8.count)) != nil)
    #expect(HTTPSURL(start + String(repeating: "a", count: 2049 - start.utf8.count)) == nil)
    #expect(HTTPSURL("https://" + String(repeating: "a", count: 63) + ".b") != nil)
    #expect(HTTPSURL("https://" + String(repeating: "a", count: 64) + ".b") == nil)
  }
}
