import Functions
import JSON
import Testing
import Wire

@testable import redoubt

struct LogReadingTests {
  @Test func `a follower goes on where it was`() {
    var reading = reading()
    #expect(reading.call.encodedQuery == "LogGroup=%2Faws%2Flambda%2Ff&StartTime=5")
    let part = reading.take(["Events": [["Message": "a"]], "NextMarker": "7", "HasMore": true])
    #expect(part.events.count == 1 && part.hasMore)
    #expect(reading.call.encodedQuery == "LogGroup=%2Faws%2Flambda%2Ff&Marker=7&StartTime=5")
    #expect(!reading.take(["Events": [], "NextMarker": "7", "HasMore": false]).hasMore)
  }

  @Test func `of a shared group only the function's own streams are read`() {
    let configuration: JSONValue = ["FunctionName": "f", "LoggingConfig": ["LogGroup": "shared"]]
    var reading = reading(source: LogReading.Source(function: "arn:f", configuration: configuration))
    let streams = ["2026/01/01/f[$LATEST]0", "2026/01/01/gf[$LATEST]0", "2026/01/01/f2[$LATEST]0", "2026/01/01/[1]f["]
    let events = streams.map { JSONValue.object(["LogStream": .string($0)]) }
    #expect(reading.take(["Events": .array(events)]).events == [events[0]])
  }

  @Test func `a function that is gone may still have a log`() {
    let source = LogReading.Source(function: "f", configuration: nil)
    #expect(source.group == "/aws/lambda/f" && source.owner == nil)
  }

  @Test(
    arguments: [
      ("Function", "plain", .info), ("Function", "[ERROR]\tt\tid\tm", .error), ("Function", "[WARNING] x", .warn),
      ("Function", "[something] x", .info), ("Function", "2026Z\tid\tERROR\tm", .error),
      ("Function", #"{"level":"CRITICAL"}"#, .fatal), ("Function", #"{"level":7}"#, .info),
      ("Function", "REPORT RequestId: x\tStatus: error", .info),
      ("Platform", "START RequestId: x", .info), ("Platform", "REPORT RequestId: x\tDuration: 1 ms\t", .info),
      ("Platform", "REPORT RequestId: x\tDuration: 1 ms\tStatus: timeout\t", .error),
      ("Platform", "2026Z id Task timed out after 3.00 seconds", .error),
      ("Platform", "RequestId: x Error: Runtime exited", .error), ("Platform", "REDOUBT 5 bytes", .warn),
      ("Platform", #"{"type":"platform.report","record":{"status":"success"}}"#, .info),
      ("Platform", #"{"type":"platform.report","record":{"status":"timeout"}}"#, .error),
    ] as [(String, String, LineLevel)])
  func `a line is as important as it says`(origin: String, message: String, level: LineLevel) {
    #expect(LineLevel(["Origin": .string(origin), "Message": .string(message)]) == level)
  }

  @Test func `lines below the level are passed over`() {
    var reading = reading(level: .error)
    let part = reading.take(["Events": [["Message": "plain"], ["Message": "[ERROR] x"]]])
    #expect(part.events == [["Message": "[ERROR] x"]])
  }

  @Test func `a pattern is the server's to apply`() {
    let reading = LogReading(
      LogReading.Source(function: "f", configuration: nil), requestID: nil, start: 5, end: nil, level: nil,
      pattern: "{ $.a = 1 }")
    #expect(
      reading.call.encodedQuery
        == "FilterPattern=%7B%20%24.a%20%3D%201%20%7D&LogGroup=%2Faws%2Flambda%2Ff&StartTime=5")
  }

  private func reading(source: LogReading.Source? = nil, level: LineLevel? = nil) -> LogReading {
    LogReading(
      source ?? LogReading.Source(function: "f", configuration: nil), requestID: nil, start: 5, end: nil, level: level)
  }
}
