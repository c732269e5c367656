import Telemetry
import Testing

struct DelimitedPatternTests {
  private static let page =
    #"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"# + "\n"

  @Test(arguments: [
    "[ip, user, username, timestamp, request, status_code, bytes]", "[..., status_code, bytes]",
    "[ip, user, ..., status_code, bytes]", "[ip, user, ...]", "[...]", "[a, b, c, d, e, f, g, ...]",
    "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
    "[ip, user, username, timestamp, request, status_code = 404, bytes]",
    "[ip, user, username, timestamp, request, status_code = 4*, bytes]",
    "[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]",
    "[..., request=*.html*, status_code=4*,]", "[ip=127.*,...]", "[,,,,,,]",
    "[..., status_code = 4* && status_code != 403, bytes]", "[..., (code = 5* || code = 404), bytes]",
    #"[..., time = "10/Oct/2000:13:25:15 -0700", request, code, bytes <= 1534]"#, #"[ip, dash = "-", ...]"#,
  ])
  func `fields that are as the pattern says match`(pattern: String) throws {
    #expect(try FilterPattern(pattern).matches(Self.page))
  }

  @Test(arguments: [
    "[ip, user]", "[a, b, c, d, e, f, g, h]", "[a, b, c, d, ..., e, f, g, h]", "[..., bytes > 2000]",
    "[ip, user > 0, ...]", "[..., status_code = 4* && status_code != 404, bytes]", "[ip = 10.*, ...]",
    "[..., status_code = 5*, bytes]", "[ip != 127.*, ...]",
  ])
  func `fields that are otherwise do not match`(pattern: String) throws {
    #expect(try !FilterPattern(pattern).matches(Self.page))
  }

  @Test(arguments: [
    ("[w1=ERROR, w2]", [false, true, false]), ("[w1=ERROR || w1=WARN, w2]", [false, true, true]),
    ("[w1!=ERROR && w1!=WARN, w2]", [false, false, false]), ("[w1=ERROR, ...]", [true, true, false]),
  ])
  func `the number of fields counts unless the pattern leaves it open`(pattern: String, expected: [Bool]) throws {
    let pattern = try FilterPattern(pattern)
    #expect(["ERROR WARN message", "ERROR message", "WARN message"].map(pattern.matches) == expected)
  }

  @Test(arguments: [
    ("\"a b\" [c d]", "[x = \"a b\", y = \"c d\"]"), ("a [open b", "[x, y = \"[open\", z = b]"),
    ("a \"open b", "[x, y = \"\\\"open\", z = b]"), ("\"\" []", "[x = \"\", y = \"\"]"), (" \t a \r\n", "[x = a]"),
    ("", "[...]"), ("é ü", "[x = \"é\", y = \"ü\"]"), ("[a][b]", "[x = a, y = b]"), ("a[b c", "[x = \"a[b\", y]"),
  ])
  func `brackets and quotes hold a field together`(message: String, pattern: String) throws {
    #expect(try FilterPattern(pattern).matches(message))
  }

  @Test func `quotes and brackets that never end are looked for once`() throws {
    let message = String(repeating: "[a \"b ", count: 20_000)
    #expect(try FilterPattern("[..., z = *b]").matches(message))
  }

  @Test(arguments: [
    ("[a, ..., b, ...]", "expected no second `...`"), ("[a", "expected one of = != < > <= >= before its end"),
    ("[a] b", "expected nothing behind the pattern at `b`"), ("[a = 1, b", "expected"), ("[a b]", "expected one of"),
    ("[a = 1 && b = 2]", "expected `a` at `b = 2]`"), ("[= 1]", "expected the name of a field"),
    ("[a > x]", "expected a number"), ("[a = %x%]", "regular expression"), ("[a = 1 || ]", "expected `a`"),
    ("[(a = 1]", "expected `)`"),
  ])
  func `a pattern out of form is refused with what was expected`(pattern: String, text: String) {
    #expect {
      try FilterPattern(pattern)
    } throws: { error in "\(error)".contains(text) }
  }
}
