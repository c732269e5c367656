import Core
import Functions
import Testing

struct AliasRoutingTests {
  @Test(arguments: ["live", "a", "1a", "A-b_9", String(repeating: "x", count: 128)])
  func `the name of an alias is read`(text: String) {
    #expect(AliasName(text)?.description == text)
  }

  @Test(arguments: ["", "1", "007", "$LATEST", "a b", "a.b", "ä", "a\u{0}", String(repeating: "x", count: 129)])
  func `what is no name of an alias is refused`(text: String) {
    #expect(AliasName(text) == nil)
  }

  @Test(arguments: [-0.1, 1.1, .nan, .infinity])
  func `a share is at least nothing and at most all`(weight: Double) {
    #expect(AdditionalVersion(.version(1), weight: weight) == nil)
  }

  @Test func `an alias of two versions names two, and both are published`() throws {
    let second = try #require(AdditionalVersion(.version(1), weight: 0.5))
    #expect(throws: FunctionError.weightedLatest) { try AliasRouting(.latest, additional: second) }
    #expect(throws: FunctionError.repeatedVersion("1")) { try AliasRouting(.version(1), additional: second) }
    #expect(AdditionalVersion(.latest, weight: 0.5) == nil)
    #expect(try AliasRouting(.version(2), additional: second).versions == [.version(2), .version(1)])
    #expect(try AliasRouting(.latest, additional: nil).versions == [.latest])
  }

  @Test(arguments: [0.0, 0.1, 0.5, 1.0])
  func `each version gets its share`(weight: Double) throws {
    let routing = try AliasRouting(.version(1), additional: AdditionalVersion(.version(2), weight: weight))
    let random = SeededRandomSource(seed: 3)
    let seconds = (0..<10_000).count { _ in routing.choose(random) == .version(2) }
    // Four standard deviations of 10,000 draws, at most.
    #expect(abs(Double(seconds) - 10_000 * weight) <= (weight * (1 - weight) * 10_000).squareRoot() * 4)
  }

  @Test func `no draw is outside the shares of all or nothing`() throws {
    let all = try AliasRouting(.version(1), additional: AdditionalVersion(.version(2), weight: 1))
    let none = try AliasRouting(.version(1), additional: AdditionalVersion(.version(2), weight: 0))
    for byte in [UInt8.min, .max] {
      #expect(all.choose(FixedRandomSource(byte: byte)) == .version(2))
      #expect(none.choose(FixedRandomSource(byte: byte)) == .version(1))
    }
  }
}

private struct FixedRandomSource: RandomSource {
  let byte: UInt8

  func bytes(_ count: Int) -> [UInt8] { Array(repeating: byte, count: count) }
}
