import Testing

@testable import Telemetry

struct LogSliceTests {
  @Test func `events of less than five seconds stay together`() {
    let slices = LogSlice.cut([line(0, "a"), line(4999, "b"), line(2, "c")])
    #expect(slices.map { $0.events.map(\.message) } == [["a", "b", "c"]])
    #expect(slices.map(\.firstMilliseconds) == [0])
    #expect(slices.map(\.lastMilliseconds) == [4999])
  }

  @Test func `a longer time is cut whichever way the clock went`() {
    let slices = LogSlice.cut([line(0, "a"), line(5000, "b"), line(4000, "c"), line(-1001, "d")])
    #expect(slices.map { $0.events.map(\.message) } == [["a"], ["b", "c"], ["d"]])
  }

  @Test func `many bytes are cut and one large event stands alone`() {
    let half = String(repeating: "x", count: LogSlice.largestSize / 2 - 26)
    let large = String(repeating: "y", count: LogSlice.largestSize)
    let slices = LogSlice.cut([line(0, half), line(0, half), line(0, "z"), line(0, large), line(0, "z")])
    #expect(slices.map(\.events.count) == [2, 1, 1, 1])
    #expect(LogSlice.cut([]).isEmpty)
  }
}
