import Testing

@testable import Policy

struct PolicyValueTests {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:30:15.5Z", 951_827_415.5),
      ("2026-06-30T00:00:00+02:00", 1_782_770_400), ("2026-06-30T00:00-0130", 1_782_783_000), ("2026", 1_767_225_600),
      ("2026-03", 1_772_323_200), ("1782777600", 1_782_777_600), ("-5", -5), ("12345", 12_345),
    ] as [(String, Double)]) func `a date is seconds since 1970`(text: String, seconds: Double)
  {
    #expect(PolicyDate.seconds(text) == seconds)
  }

  @Test(arguments: [
    "", "-", "now", "2026-13", "2026-02-30", "2025-02-29", "2026-1-1", "2026-01-01T", "2026-01-01T00:00",
    "2026-01-01T24:00Z", "2026-01-01T00:60Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01Z",
    "2026-01-01T00:00:00Z ", "9223372036854775808", "1e5", "0x10",
  ]) func `what is no date`(text: String) {
    #expect(PolicyDate.seconds(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "255.255.255.255", true),
    ("203.0.113.128/25", "203.0.113.127", false), ("::/0", "10.0.0.1", false),
    ("2001:db8::/33", "2001:db8:8000::", false),
    ("2001:db8::/33", "2001:db8:7fff::1", true), ("10.0.0.0/16", "10.0.1.0/24", true),
    ("10.0.1.0/24", "10.0.0.0/16", false),
  ]) func `an address is in a range or not`(range: String, address: String, isInside: Bool) throws {
    let range = try #require(AddressRange(range))
    #expect(range.contains(try #require(AddressRange(address))) == isInside)
  }

  @Test(arguments: [
    "", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "a", "10.0.0.0/8/8", "10.0.0.256",
  ])
  func `what is no range`(text: String) {
    #expect(AddressRange(text) == nil)
  }

  @Test(arguments: [
    ("*", "", true), ("a*c", "ac", true), ("a*c", "abcabc", true), ("a*c", "abcab", false), ("?", "é", true),
    ("?", "", false), ("??", "é", false), ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false), ("", "", true),
    ("", "a", false), ("a**b", "ab", true), ("*?", "", false),
  ]) func `wildcards`(pattern: String, text: String, isMatch: Bool) {
    #expect(Wildcards(pattern).matches(text) == isMatch)
  }

  @Test func `no pattern takes long`() {
    let text = String(repeating: "a", count: 2000)
    #expect(!Wildcards(String(repeating: "a*", count: 200) + "b").matches(text))
  }

  @Test(
    arguments: [
      ("${a}", [.variable(key: "a", otherwise: nil)]),
      ("x${A, 'd e'}y", [.text("x"), .variable(key: "a", otherwise: "d e"), .text("y")]),
      ("${a,d}", [.variable(key: "a", otherwise: "d")]), ("${*}${$}", [.literal("*"), .literal("$")]),
      ("$a${", [.text("$a${")]),
      ("", [.text("")]), ("${a", [.text("${a")]), ("$${a}", [.text("$"), .variable(key: "a", otherwise: nil)]),
    ] as [(String, [Template.Part])]) func `a text with variables is taken apart`(text: String, parts: [Template.Part])
  {
    #expect(Template(text, .v2012).parts == parts)
    #expect(Template(text, .v2008).parts == [.text(text)])
  }
}
