import Core
import Dispatch
import Synchronization

/// Where sandboxes are told to stop and to go on.
///
/// On a host whose control groups are busy (processes by the thousand come and go) the kernel lets such a write wait for
/// hundreds of milliseconds, and a request with it: then nothing is stopped for a while.
final class FreezingQueue: Sendable {
  /// A write that took longer says that the host is busy. The spawner's own moves take less.
  static let slow = Duration.milliseconds(40)
  static let pause = Duration.seconds(30)

  private let queue = DispatchQueue(label: "redoubt.freezing")
  private let time: any TimeSource
  private let pausedUntil = Mutex<MonotonicTime?>(nil)

  init(time: any TimeSource) { self.time = time }

  /// Runs the body when those before it have run.
  func enqueue(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

  /// Runs the body when something may be stopped again.
  func enqueueAfterPause(_ body: @escaping @Sendable () -> Void) {
    let left = pausedUntil.withLock { $0 }.map { $0 - time.monotonicTime() } ?? .zero
    queue.asyncAfter(deadline: .now() + .nanoseconds(Int(max(0, left.wholeNanoseconds))), execute: body)
  }

  /// Whether something may be stopped now.
  var isOpen: Bool {
    let now = time.monotonicTime()
    return pausedUntil.withLock { until in until.map { $0 <= now } ?? true }
  }

  /// Looks how long the write takes.
  func measure(_ write: () -> Bool) -> Bool {
    let before = time.monotonicTime()
    let isDone = write()
    let after = time.monotonicTime()
    if after - before > Self.slow { pausedUntil.withLock { $0 = after.advanced(by: Self.pause) } }
    return isDone
  }

  /// When all that was asked for before has been done; for tests.
  func drain() { queue.sync {} }
}
