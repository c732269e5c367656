package import NIOCore

/// A time limit on an event loop that is set anew again and again and hardly ever reached: setting it later, and calling it
/// off, cost next to nothing, because the timer rings early and is set again.
///
/// INVARIANT: lives on its event loop. Nothing rings once it is gone.
package final class Alarm {
  private let eventLoop: any EventLoop
  private let ring: () -> Void
  /// Nil: nothing is to ring.
  private var due: NIODeadline?
  private var timer: (task: Scheduled<Void>, time: NIODeadline)?

  package init(on eventLoop: any EventLoop, ring: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.ring = ring
  }

  deinit { timer?.task.cancel() }

  /// In place of whatever was set before.
  package func set(in time: TimeAmount) {
    let due = eventLoop.now + time
    self.due = due
    if let timer {
      guard due < timer.time else { return }
      timer.task.cancel()
    }
    start(until: due)
  }

  package func cancel() { due = nil }

  private func start(until time: NIODeadline) {
    let task = eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in
      if let self { timerRang() }
    }
    timer = (task, time)
  }

  private func timerRang() {
    timer = nil
    guard let due else { return }
    guard due <= eventLoop.now else { return start(until: due) }
    self.due = nil
    ring()
  }
}
