import Glibc
import Sandbox
import Synchronization

/// Stops the processes of a sandbox while nothing is asked of it, and lets them go on: one write(2) each, without a word
/// to the spawner.
///
/// Such a write waits, for up to tens of milliseconds, while the kernel moves any process between control groups: nobody
/// else's work may wait with it, so a queue writes. What has not come about by the time of the next request is called off;
/// what may not come about now is tried again later.
final class SandboxFreezer: Sendable {
  private struct State {
    /// What was written last.
    var isFrozen = false
    /// Whether another look is to come after a pause.
    var isPutOff = false
  }

  private let file: OwnedDescriptor
  private let queue: FreezingQueue
  /// What was asked for last.
  private let isToBeFrozen = Atomic(false)
  private let wasAsked = Atomic(false)
  /// The queue's alone.
  private let state = Mutex(State())

  /// - Returns: nil on a host that cannot freeze.
  init?(_ sandbox: StartedSandbox, on queue: FreezingQueue) {
    guard let file = sandbox.group?.freezer else { return nil }
    self.file = file
    self.queue = queue
  }

  /// By what was written last.
  var isFrozen: Bool { state.withLock { $0.isFrozen } }

  func freeze() { ask(true) }

  /// Costs next to nothing where nobody has asked for the opposite.
  func thaw() { ask(false) }

  private func ask(_ isToBeFrozen: Bool) {
    let before = self.isToBeFrozen.exchange(isToBeFrozen, ordering: .sequentiallyConsistent)
    guard before != isToBeFrozen else { return }
    wasAsked.store(true, ordering: .sequentiallyConsistent)
    queue.enqueue { self.carryOut() }
  }

  /// Closes the file of a sandbox that was never stopped, and writes nothing any more.
  ///
  /// - Returns: false, and nothing has changed, if it was asked to stop one before.
  func retire() -> Bool {
    guard !wasAsked.load(ordering: .sequentiallyConsistent) else { return false }
    return state.withLock { state in
      guard !state.isFrozen else { return false }
      file.close()
      return true
    }
  }

  /// A write that fails has found the group gone: the end of the sandbox is about to be told.
  private func carryOut() {
    state.withLock { state in
      let isWanted = isToBeFrozen.load(ordering: .sequentiallyConsistent)
      guard isWanted != state.isFrozen, file.borrowed >= 0 else { return }
      guard !isWanted || queue.isOpen else { return putOff(&state) }
      if queue.measure({ write(isWanted ? "1" : "0") }) { state.isFrozen = isWanted }
    }
  }

  private func putOff(_ state: inout State) {
    guard !state.isPutOff else { return }
    state.isPutOff = true
    queue.enqueueAfterPause { [weak self] in
      guard let self else { return }
      self.state.withLock { $0.isPutOff = false }
      carryOut()
    }
  }

  private func write(_ text: StaticString) -> Bool {
    var count: Int
    repeat {
      count = pwrite(file.borrowed, text.utf8Start, text.utf8CodeUnitCount, 0)
    } while count < 0 && errno == EINTR
    return count == text.utf8CodeUnitCount
  }
}
