import Storage
import Synchronization
import Testing

struct BlockingExecutorTests {
  struct Refusal: Error, Equatable {}

  @Test func `work is done in order and answered with its value or its error`() async throws {
    let executor = BlockingExecutor(label: "test")
    let order = OrderOfArrival()
    async let first: Void = executor.run { order.append(1) }
    await first
    #expect(
      await executor.run {
        order.append(2); return order.values
      } == [1, 2])
    await #expect(throws: Refusal()) { try await executor.run { () throws(Refusal) in throw Refusal() } }
  }
}

private final class OrderOfArrival: Sendable {
  private let stored = Mutex<[Int]>([])
  var values: [Int] { stored.withLock { $0 } }
  func append(_ value: Int) { stored.withLock { $0.append(value) } }
}
