import Testing

@testable import Telemetry

struct LogPageBuilderTests {
  @Test func `the first events stay whatever the order they come in`() throws {
    var page = LogPageBuilder(limit: 2)
    page.add(try [found(3), found(1)])
    page.add(try [found(2), found(4)])
    let (events, isCut) = page.finish(before: nil)
    #expect(events.map(\.position.milliseconds) == [1, 2])
    #expect(isCut)
  }

  @Test func `a page that holds everything is not cut`() throws {
    var page = LogPageBuilder(limit: 2)
    page.add(try [found(3), found(1)])
    #expect(!page.finish(before: nil).isCut)
  }

  @Test func `what is not before the end is left out and cuts nothing`() throws {
    var page = LogPageBuilder(limit: 2)
    page.add(try [found(1), found(2), found(3), found(4)])
    let (events, isCut) = page.finish(before: .end(of: 2))
    #expect(events.map(\.position.milliseconds) == [1, 2])
    #expect(!isCut)
  }

  @Test func `a search learns early where the page ends`() throws {
    var page = LogPageBuilder(limit: 1)
    for time in (0..<Int64(300)).reversed() { page.add([try found(time)]) }
    #expect(try #require(page.cut).milliseconds > 0)
    #expect(page.finish(before: nil).events.map(\.position.milliseconds) == [0])
  }

  @Test func `a small event does not take the place of a large one before it that did not fit`() throws {
    let large = String(repeating: "x", count: 900_000)
    var page = LogPageBuilder(limit: 10)
    page.add(try [found(1, large), found(2, large), found(4, large)])
    #expect(page.cut?.milliseconds == 2)
    page.add(try [found(3, "small")])
    #expect(page.finish(before: nil).events.map(\.position.milliseconds) == [1])
  }

  @Test func `an event larger than a page is a page`() throws {
    var page = LogPageBuilder(limit: 10)
    page.add([try found(1, String(repeating: "x", count: 3_000_000))])
    let (events, isCut) = page.finish(before: nil)
    #expect(events.count == 1)
    #expect(!isCut)
  }

  private func found(_ time: Int64, _ message: String = "") throws -> FilteredLogEvent {
    FilteredLogEvent(
      stream: try #require(LogStreamName("s")), event: line(time, message),
      position: LogPosition(milliseconds: time, sequence: 1, index: 0))
  }
}
