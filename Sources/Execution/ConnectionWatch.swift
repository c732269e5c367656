import CLinux
import Dispatch
import Sandbox
import Synchronization

/// Tells when somebody first connects to a socket that listens.
///
/// An environment has three of those and mostly uses one; the others cost neither memory nor work of a channel.
final class ConnectionWatch: Sendable {
  /// A socket that is watched.
  struct Number: Hashable, Sendable {
    fileprivate let value: UInt64
  }

  private struct State {
    var waiting: [UInt64: @Sendable () -> Void] = [:]
    var last: UInt64 = 0
  }

  private static let end: UInt64 = 0

  private let watch = OwnedDescriptor(clinux_watch_open())
  private let thread = DispatchQueue(label: "redoubt.connections")
  private let state = Mutex(State())
  /// The one end becomes readable as the other is let go of.
  private let ending: (read: OwnedDescriptor, write: OwnedDescriptor)

  /// Watches until `stop`. Where the kernel gives no descriptor for that, each `watch` calls its body at once.
  init() {
    var ends: [Int32] = [-1, -1]
    _ = clinux_socketpair_seqpacket(&ends)
    ending = (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
    _ = clinux_watch_add(watch.borrowed, ending.read.borrowed, Self.end)
    thread.async { self.tell() }
  }

  /// Calls `body` once, from a thread that everybody waits for, when there is a connection to take; at once where the
  /// socket cannot be watched.
  func watch(_ socket: OwnedDescriptor, _ body: @escaping @Sendable () -> Void) -> Number {
    let number = state.withLock { state in
      state.last += 1
      state.waiting[state.last] = body
      return state.last
    }
    if clinux_watch_add(watch.borrowed, socket.borrowed, number) < 0 { call(number) }
    return Number(value: number)
  }

  /// The body is not called from now on, unless it is being called.
  func forget(_ number: Number) { _ = state.withLock { $0.waiting.removeValue(forKey: number.value) } }

  /// Nobody is told of anything afterwards.
  func stop() { ending.write.close() }

  /// For tests: returns when the thread has come to its end.
  func drain() { thread.sync {} }

  private func tell() {
    var numbers = [UInt64](repeating: 0, count: 64)
    while true {
      let count = clinux_watch_wait(watch.borrowed, &numbers, UInt32(numbers.count))
      guard count >= 0, !numbers.prefix(Int(count)).contains(Self.end) else { return }
      numbers.prefix(Int(count)).forEach(call)
    }
  }

  private func call(_ number: UInt64) { state.withLock { $0.waiting.removeValue(forKey: number) }?() }
}
