import JSON
import Testing

struct JSONNamesTests {
  @Test(arguments: [
    (#"{"a": 1, "a": 2}"#, "a"), (#"{"x": [{"b": {}, "c": "b", "b": []}]}"#, "b"), (#"{"a": 1, "\u0061": 2}"#, "a"),
    (#"{"a\"b": 1, "a\"b": 2}"#, #"a"b"#),
  ]) func `a name that comes twice is found`(text: String, name: String) {
    #expect(JSONNames.repeated(in: Array(text.utf8)) == name)
  }

  @Test(arguments: [
    "{}", "[]", #""a""#, #"{"a": "a", "b": "a"}"#, #"[{"a": 1}, {"a": 1}]"#, #"{"a": {"a": {"a": 1}}}"#,
    #"{"a": "\"a\": 1"}"#, #"{"a": ["a", "a"]}"#,
  ]) func `names that differ or stand apart are not`(text: String) {
    #expect(JSONNames.repeated(in: Array(text.utf8)) == nil)
  }
}
