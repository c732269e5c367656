import Core
import Testing

@testable import Telemetry

struct LogBufferTests {
  let place: AccountRegion

  init() throws {
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
  }

  @Test func `what is taken keeps its room until it is settled`() throws {
    var buffer = LogBuffer(capacity: 60)
    buffer.append(try batch("a", "1234"))
    let taken = buffer.take()
    #expect(taken.batches == [try batch("a", "1234")])
    #expect(buffer.byteCount == 30)
    buffer.append(try batch("a", "5678"))
    buffer.append(try batch("a", "none"))
    #expect(buffer.droppedEvents == 1)
    buffer.settle(taken.batches)
    buffer.append(try batch("a", "9012"))
    #expect(buffer.take().batches == (try [batch("a", "5678"), batch("a", "9012")]))
  }

  @Test func `what is given back comes before what came meanwhile`() throws {
    var buffer = LogBuffer(capacity: 1000)
    buffer.append(try batch("a", "1"))
    let taken = buffer.take()
    buffer.append(try batch("a", "2"))
    buffer.giveBack(taken)
    #expect(buffer.take().batches == (try [batch("a", "1"), batch("a", "2")]))
  }

  @Test func `losses are counted by stream and add up when they are given back`() throws {
    var buffer = LogBuffer(capacity: 0)
    buffer.append(try batch("a", "12", "34"))
    let taken = buffer.take()
    buffer.giveBack(taken)
    buffer.append(try batch("a", "5"))
    buffer.append(try batch("b", "6"))
    let losses = buffer.take().losses
    #expect(losses[try key("a")] == LogBuffer.Loss(events: 3, bytes: 83))
    #expect(losses[try key("b")] == LogBuffer.Loss(events: 1, bytes: 27))
    #expect(buffer.droppedEvents == 4)
    #expect(buffer.take().losses.isEmpty)
  }

  @Test func `the account of losses is bounded too`() throws {
    var buffer = LogBuffer(capacity: 0)
    for number in 0..<LogBuffer.mostLosses + 5 { buffer.append(try batch("s\(number)", "x")) }
    #expect(buffer.droppedEvents == LogBuffer.mostLosses + 5)
    #expect(buffer.take().losses.count == LogBuffer.mostLosses)
  }

  private func batch(_ stream: String, _ messages: String...) throws -> LogBatch {
    let key = try key(stream)
    return LogBatch(
      place: place, group: key.group.name, stream: key.stream, events: messages.map { line(1, $0) })
  }

  private func key(_ stream: String) throws -> LogStreamKey {
    LogStreamKey(
      group: LogGroup(place: place, name: try #require(LogGroupName("g"))), stream: try #require(LogStreamName(stream)))
  }
}
