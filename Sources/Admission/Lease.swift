import Synchronization

/// The right to use one slot of concurrency. Given back once: by `release`, or at the latest when nobody holds it.
///
/// INVARIANT: made only by `AdmissionController`, in this module.
package final class Lease: Sendable {
  private let scope: AdmissionScope
  private let version: Int
  private let controller: AdmissionController
  private let isReleased = Atomic<Bool>(false)

  init(of scope: AdmissionScope, version: Int, from controller: AdmissionController) {
    self.scope = scope
    self.version = version
    self.controller = controller
  }

  deinit { release() }

  /// Gives the slot back; a second call has no effect.
  package func release() {
    guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
    controller.release(scope, version: version)
  }
}
