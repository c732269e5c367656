import Glibc
import Sandbox

/// Stops the processes of a sandbox while nothing is asked of it, and lets them go on: one write(2) each, without a word
/// to the spawner.
///
/// INVARIANT: lives on the environment's event loop.
final class SandboxFreezer {
  private let file: OwnedDescriptor
  private(set) var isFrozen = false

  /// - Returns: nil on a host that cannot freeze.
  init?(_ sandbox: StartedSandbox) {
    guard let file = sandbox.group?.freezer else { return nil }
    self.file = file
  }

  func freeze() {
    if !isFrozen { isFrozen = write("1") }
  }

  /// A write that fails has found the group gone: the end of the sandbox is about to be told.
  func thaw() {
    if isFrozen { isFrozen = !write("0") }
  }

  private func write(_ text: StaticString) -> Bool {
    var count: Int
    repeat {
      count = pwrite(file.borrowed, text.utf8Start, text.utf8CodeUnitCount, 0)
    } while count < 0 && errno == EINTR
    return count == text.utf8CodeUnitCount
  }
}
