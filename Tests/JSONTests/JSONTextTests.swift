import JSON
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct JSONTextTests {
  @Test(arguments: [
    "{}", "[]", " null ", "true", "false", "0", "-1.5e+10", "1E2", "\"\"", "\"\\u00e9\\n\"", "[1,2,[3,{}]]",
    "{\"a\":{\"b\":[{\"c\":null}]},\"d\":\"e\"}", "\"é漢😀\"", "{\"a\":1, \"a\":2}", "\t[\r\n1 , 2 ]\n",
  ])
  func `a json value is valid`(text: String) {
    #expect(JSONText.isValid(Array(text.utf8)))
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "nul", "nulll", "01",
    "1.", ".5", "+1", "1e", "--1", "\"", "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "'a'", "1 2", "[1 2]", "{}{}", "NaN",
    "Infinity", "{\"a\" 1}", "[}", "{]", "tru", "\"\\",
  ])
  func `what is no json value is refused`(text: String) {
    #expect(!JSONText.isValid(Array(text.utf8)))
  }

  @Test func `bytes that are not utf-8 are refused`() {
    #expect(!JSONText.isValid([0x22, 0xFF, 0x22]))
    #expect(!JSONText.isValid([0x22, 0xC3, 0x22]))
  }

  @Test func `nesting is bounded without recursion`() {
    let deep = JSONText.maximumDepth
    for (depth, isValid) in [(deep, true), (deep + 1, false), (1_000_000, false)] {
      let text = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
      let answer = JSONText.isValid(text)
      #expect(answer == isValid, "depth \(depth)")
    }
  }

  /// The library is the laxer of the two: it lets control characters and some escapes pass inside strings.
  @Test func `what is valid the library reads too, over mutated documents`() {
    let seed = Array("{\"a\":[1,-2.5e3,true,null,\"x\\u0041\"],\"b\":{\"c\":\"d\"}}".utf8)
    var generator = Generator(state: 42)
    let alphabet = Array("{}[]\",:0123456789.eE+-\\utfnrals \n".utf8)
    var disagreements: [String] = []
    var valid = 0
    for _ in 0..<20_000 {
      var text = seed
      for _ in 0...Int(generator.next() % 3) {
        let place = Int(generator.next() % UInt64(text.count))
        switch generator.next() % 3 {
        case 0: text[place] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
        case 1: text.remove(at: place)
        default: text.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: place)
        }
      }
      let library = (try? JSONSerializationOracle.accepts(text)) ?? false
      let answer = JSONText.isValid(text)
      if answer { valid += 1 }
      if answer && !library { disagreements.append(String(decoding: text, as: UTF8.self)) }
    }
    #expect(disagreements.prefix(5) == [])
    #expect((1000...19_000).contains(valid))
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }
}

/// The library's strict parser as a second opinion.
private enum JSONSerializationOracle {
  private struct Anything: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  static func accepts(_ text: [UInt8]) throws -> Bool {
    _ = try JSONDecoder().decode(Anything.self, from: Data(text))
    return true
  }
}
