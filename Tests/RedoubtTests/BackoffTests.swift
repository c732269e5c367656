import Core
import Testing

@testable import redoubt

@Suite struct BackoffTests {
  @Test func `waits double up to five seconds and start over after a long run`() {
    var backoff = Backoff()
    let waits = (0..<8).map { _ in backoff.wait(afterRun: .zero).inMilliseconds }
    #expect(waits == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
    #expect(backoff.wait(afterRun: Backoff.wellAfter) == .milliseconds(100))
  }
}
