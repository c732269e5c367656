import Core
import Testing

@testable import redoubt

@Suite struct BackoffTests {
  @Test func `waits double up to five seconds and start over once a worker was well`() {
    var backoff = Backoff()
    let waits = (0..<8).map { _ in backoff.wait(afterServing: .zero).inMilliseconds }
    #expect(waits == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
    #expect(backoff.wait(afterServing: Backoff.wellAfter) == .milliseconds(100))
  }
}
