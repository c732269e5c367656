import Telemetry
import Testing

struct JSONPatternTests {
  private static let event = """
    {"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
     "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true,
     "user": {"id": 1, "email": "John.Stiles@example.com"}, "coordinates": [[0, 1, 2], [4, 5, 6]],
     "actions": ["GET", "PUT", "DELETE"], "latency": 250.5, "code": 400, "text-code": "400", "cluster.name": "c",
     "big": 9007199254740993, "negative": -3, "off": false, "empty": "", "literal": "Ev*ent", "quote": "say \\"x\\""}

    """

  @Test(arguments: [
    #"{ $.eventType = "UpdateTrail" }"#, "{$.eventType=UpdateTrail}", "{ $.sourceIPAddress != 123.123.* }",
    "{ $.sourceIPAddress = 111.* }", #"{ $.eventType = "*Trail" }"#, "{ $.eventType = *date* }",
    "{ $.eventType = * }", #"{ $.latency = "*" }"#, "{ $.literal = Ev*ent }", "{ $.literal = *v*ent }",
    #"{ $.arrayKey[0] = "value" }"#, "{ $.objectList[1].id = 2 }", "{ $.coordinates[1][2] = 6 }",
    "{ $.SomeObject IS NULL }", "{ $.SomeOtherObject NOT EXISTS }", "{ $.arrayKey[2] NOT EXISTS }",
    "{ $.eventType.more NOT EXISTS }", "{ $.ThisFlag IS TRUE }", "{ $.off IS FALSE }", "{ $.off = false }",
    #"{ $.quote = "say \"x\"" }"#, #"{ $.empty = "" }"#,
    #"{ $.['cluster.name'] = c }"#, #"{ $["cluster.name"] = c && $.user['id'] = 1 }"#,
  ])
  func `a condition that holds matches`(pattern: String) throws {
    #expect(try FilterPattern(pattern).matches(Self.event))
  }

  @Test(arguments: [
    "{ $.eventType = updateTrail }", "{ $.eventType = Update }", "{ $.sourceIPAddress != 111.* }",
    "{ $.eventType = Up*Trail }", "{ $.eventType[0] = U }", "{ $.eventType = *Trai }",
    #"{ $.arrayKey[0] = "another value" }"#, "{ $.SomeOtherObject IS NULL }", "{ $.SomeObject NOT EXISTS }",
    "{ $.ThisFlag IS FALSE }", "{ $.eventType IS TRUE }", "{ $.eventType IS NULL }",
  ])
  func `a condition that does not hold does not match`(pattern: String) throws {
    #expect(try !FilterPattern(pattern).matches(Self.event))
  }

  @Test(arguments: [
    "{ $.arrayKey = 1 }", "{ $.arrayKey != 1 }", "{ $.user != 1 }", "{ $.absent != 1 }", "{ $.absent = * }",
    "{ $.SomeObject != 1 }", "{ $.absent < 1 }",
  ])
  func `what is no single value fits no comparison`(pattern: String) throws {
    #expect(try !FilterPattern(pattern).matches(Self.event))
  }

  @Test(arguments: [
    ("latency > 250", true), ("latency >= 250.5", true), ("latency < 250.5", false), ("latency <= 250.5", true),
    ("latency < 10e3", true), ("latency > 10e-3", true), ("latency > +1000", false), ("code = 400", true),
    ("code = 400.0", true), ("code = 4e2", true), ("code = 4*", true), ("code != 500", true), ("code != 400", false),
    ("code = \"400\"", true), ("text-code = 400", true), ("text-code > 1", false), ("negative < -2", true),
    ("negative = -3", true), ("big = 9007199254740993", true), ("big = 9007199254740992", false),
    ("big > 9007199254740992", true), ("eventType < 5", false), ("ThisFlag > 0", false),
  ])
  func `numbers are compared as numbers`(comparison: String, holds: Bool) throws {
    #expect(try FilterPattern("{ $.\(comparison) }").matches(Self.event) == holds)
  }

  @Test(arguments: [
    (#"($.user.id = 1) && ($.user.email = "John.Stiles@example.com")"#, true),
    (#"($.user.id = 2 && $.code = 400) || $.actions[2] = "GET""#, false),
    (#"$.user.id = 1 || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch"#, true),
    (#"($.user.id = 1 || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch"#, false),
    ("$.code=400&&$.user.id=1||$.code=1", true), ("(($.code=1)||(($.code=400)))", true),
  ])
  func `and binds more than or, and parentheses more than both`(condition: String, holds: Bool) throws {
    #expect(try FilterPattern("{\(condition)}").matches(Self.event) == holds)
  }

  @Test(arguments: [
    "eventType UpdateTrail", "[1]", "\"text\"", "{", "{\"a\": 1} more", "prefix {\"a\": 1}", "",
    String(repeating: "{\"a\":", count: 20_000),
  ])
  func `a message that is no object does not match`(message: String) throws {
    #expect(try !FilterPattern("{ $.a NOT EXISTS || $.a = * }").matches(message))
  }

  @Test(arguments: [
    ("{ }", "expected `$` at `}`"), ("{ $.a }", "expected one of = != < > <= >= at `}`"),
    ("{ $.a = }", "expected a value, in quotes unless it is a number or a plain word at `}`"),
    ("{ $.a = b", "expected `}` before its end"), ("{ $.a = b c }", "expected `}` at `c }`"),
    ("{ $.a = @b }", "expected a value, in quotes unless it is a number or a plain word at `@b }`"),
    ("{ $.a > abc }", "expected a number at `abc }`"), ("{ $.a IS 1 }", "expected NULL, TRUE or FALSE at `1 }`"),
    ("{ $.a NOT 1 }", "expected `EXISTS` at `1 }`"), ("{ $ = 1 }", "expected the name of a member, as in `$.name`"),
    ("{ $[0] = 1 }", "expected the name of a member, as in `$.name`"), ("{ $.a[*] = 1 }", "expected an index at `*"),
    ("{ $.a[99999999999999999999] = 1 }", "expected an index"), ("{ $..a = 1 }", "expected the name of a member"),
    ("{ a = 1 }", "expected `$` at `a = 1 }`"), ("{ ($.a = 1 }", "expected `)`"), ("{ $.a = 1 && }", "expected `$`"),
    ("{ $.a = 1 } b", "expected nothing behind the pattern at `b`"), ("{ $.a = \"b }", "unterminated quoted string"),
    ("{ $.a = %b% }", "regular expression"),
    ("{ " + String(repeating: "(", count: 40), "more than 32 parentheses"),
  ])
  func `a pattern out of form is refused with what was expected`(pattern: String, text: String) {
    #expect {
      try FilterPattern(pattern)
    } throws: { error in "\(error)".contains(text) }
  }
}
