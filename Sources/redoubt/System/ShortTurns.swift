import CLinux
import NIOCore

/// Has the event loops answer at once on a busy host: by default a thread that wakes up may have to wait for the end of the
/// turn of whatever runs, milliseconds each time, and a request wakes its loop three times.
enum ShortTurns {
  private static let nanoseconds: UInt64 = 200_000

  /// A kernel that does not know of it lets them wait.
  static func prefer(on group: any EventLoopGroup) {
    for loop in group.makeIterator() { loop.execute { _ = clinux_prefer_short_turns(nanoseconds) } }
  }
}
