import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A point on a clock that never goes back, in nanoseconds since an arbitrary start. For durations and deadlines.
package struct MonotonicTime: Hashable, Comparable, Sendable {
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

  package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }

  package func advanced(by duration: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: nanoseconds + duration.wholeNanoseconds)
  }
}

/// Where the time comes from. Passed by `init`; nothing outside Core reads a clock itself.
package protocol TimeSource: Sendable {
  func wallTime() -> WallTime
  func monotonicTime() -> MonotonicTime
}

/// The host's clocks.
package struct SystemTimeSource: TimeSource {
  package init() {}

  package func wallTime() -> WallTime { WallTime(nanoseconds: Self.read(CLOCK_REALTIME)) }
  package func monotonicTime() -> MonotonicTime { MonotonicTime(nanoseconds: Self.read(CLOCK_MONOTONIC)) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A clock that moves only when told to; for tests.
package final class ManualTimeSource: TimeSource {
  private let elapsed: Mutex<Int64>
  private let start: WallTime

  package init(start: WallTime = WallTime(seconds: 1_767_225_600)) {
    self.start = start
    elapsed = Mutex(0)
  }

  package func advance(by duration: Duration) {
    elapsed.withLock { $0 += duration.wholeNanoseconds }
  }

  package func wallTime() -> WallTime { elapsed.withLock { WallTime(nanoseconds: start.nanoseconds + $0) } }
  package func monotonicTime() -> MonotonicTime { elapsed.withLock { MonotonicTime(nanoseconds: $0) } }
}
