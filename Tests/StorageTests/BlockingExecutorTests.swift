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

  @Test func `what follows a piece of work runs before the next piece, with its value or its error`() async {
    let executor = BlockingExecutor(label: "test")
    let order = OrderOfArrival()
    executor.run({ order.append(1) }, completion: { _ in order.append(2) })
    executor.run(
      { () throws(Refusal) -> Int in throw Refusal() },
      completion: { result in if result == .failure(Refusal()) { order.append(3) } })
    executor.run({ 4 }, completion: { result in order.append(result.get()) })
    #expect(await executor.run { order.values } == [1, 2, 3, 4])
  }
}

private final class OrderOfArrival: Sendable {
  private let stored = Mutex<[Int]>([])
  var values: [Int] { stored.withLock { $0 } }
  func append(_ value: Int) { stored.withLock { $0.append(value) } }
}
