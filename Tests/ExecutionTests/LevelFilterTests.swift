import Core
import Functions
import Testing

@testable import Execution

struct LevelFilterTests {
  @Test(
    arguments: [
      (#"{"timestamp":"t","level":"ERROR"}"#, true), (#"{"timestamp":"t","level":"WARN"}"#, true),
      (#"{"timestamp":"t","level":"WARNING"}"#, true), (#"{"timestamp":"t","level":"critical"}"#, true),
      (#"{"timestamp":"t","level":"INFO"}"#, false), (#"{"timestamp":"t","level":"trace"}"#, false),
      // Without a time or a level that is one, an object counts as INFO.
      (#"{"level":"ERROR"}"#, false), (#"{"timestamp":"t","level":"LOUD"}"#, false), ("{}", false),
      ("plain text", true), ("[ERROR]", true), ("", true), ("{broken", true), (#"["level"]"#, true),
    ])
  func `a line stays that is important enough or has no level`(line: String, stays: Bool) throws {
    let filter = try #require(LevelFilter(LoggingConfiguration(format: .json, applicationLevel: .warn)))
    #expect(filter.keeps(Array(line.utf8)[...]) == stays)
  }

  @Test func `nothing is left out of text, nor from the lowest level on`() {
    #expect(LevelFilter(LoggingConfiguration(format: .text, applicationLevel: .fatal)) == nil)
    #expect(LevelFilter(LoggingConfiguration(format: .json, applicationLevel: .trace)) == nil)
  }

  @Test func `by default objects without a level stay`() throws {
    let filter = try #require(LevelFilter(LoggingConfiguration(format: .json)))
    #expect(filter.keeps(Array("{}".utf8)[...]))
  }
}
