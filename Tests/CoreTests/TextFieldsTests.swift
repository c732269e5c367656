import Core
import Testing

struct TextFieldsTests {
  @Test(
    arguments: [
      ("", [""]), ("a", ["a"]), ("a:b", ["a", "b"]), (":a::b:", ["", "a", "", "b", ""]), ("é:ß", ["é", "ß"]),
      // A combining acute accent after the separator.
      ("a:\u{301}b", ["a", "\u{301}b"]), ("\r\n:x", ["\r\n", "x"]),
    ] as [(String, [Substring])])
  func `a text is split at each separator, whatever follows it`(text: String, fields: [Substring]) {
    #expect(text.fields(separatedBy: ":") == fields)
    #expect(text[...].fields(separatedBy: ":") == fields)
    #expect(text.parts(separatedBy: ":") == fields.map(String.init))
  }

  @Test func `what comes after the last split stays whole`() {
    #expect("a:b:c".fields(separatedBy: ":", maxSplits: 1) == ["a", "b:c"])
    #expect("a:b:c".fields(separatedBy: ":", maxSplits: 0) == ["a:b:c"])
    #expect("a:b".fields(separatedBy: ":", maxSplits: 9) == ["a", "b"])
    #expect("a:b:c".parts(separatedBy: ":", maxSplits: 1) == ["a", "b:c"])
    #expect("a:b:c".parts(separatedBy: ":", maxSplits: 0) == ["a:b:c"])
  }

  @Test func `a part of a text is split within its bounds`() {
    #expect("x:a:b:y".dropFirst(2).dropLast(2).fields(separatedBy: ":") == ["a", "b"])
  }
}
