import Telemetry
import Testing

struct FilterPatternTests {
  @Test(arguments: [
    ("", "anything"), ("  ", "anything"), ("ERROR", "an ERROR here"), ("a b", "b and a"), ("-x", "nothing"),
    ("\"two words\"", "see two words"), ("\"say \\\"hi\\\"\"", "say \"hi\""), ("a -\"b c\"", "a b"),
    ("\"{\"", "a { b"), ("Exit", "Exiting"), ("é", "caf\u{E9}"), ("e", "caf\u{65}\u{301}"), ("a_1", "xa_1"),
    ("\"a\\\\b\"", "a\\b"), ("?ERROR ?WARN", "a WARN"), ("?\"two words\" ?x", "two words"), ("a ?b", "only a"),
  ])
  func `a message with all terms matches`(pattern: String, message: String) throws {
    #expect(try FilterPattern(pattern).matches(message))
  }

  @Test(arguments: [
    ("ERROR", "an error here"), ("a b", "only a"), ("-x", "an x"), ("\"two words\"", "words two"), ("a -b", "a b"),
    ("a -\"b c\"", "a b c"), ("long", "lon"),
    ("?ERROR ?WARN", "INFO"), ("?a ?b -c", "a c"), ("a ?b", "only b"),
  ])
  func `a message without a term or with an excluded one does not match`(pattern: String, message: String) throws {
    #expect(try !FilterPattern(pattern).matches(message))
  }

  @Test(arguments: [
    ("%AUTH\\d%", FilterPatternError.regularExpression), ("a {b", .badTerm("{b")), ("a [b", .badTerm("[b")),
    ("?", .badTerm("")), ("a-b", .badTerm("a-b")),
    ("key=value", .badTerm("key=value")), ("-", .badTerm("")), ("\"open", .unfinishedQuote),
    ("\"open\\", .unfinishedQuote), (String(repeating: "a", count: 1025), .tooLong),
  ])
  func `any other pattern is refused by name`(pattern: String, error: FilterPatternError) {
    #expect(throws: error) { try FilterPattern(pattern) }
  }
}
