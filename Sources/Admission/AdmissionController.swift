package import Core
import Synchronization

/// Asks the state machine for room and makes the proof that there is some. Synchronous; the lock is never held across I/O.
package final class AdmissionController: Sendable {
  package let limits: AdmissionLimits
  private let machine: Mutex<AdmissionStateMachine>
  private let time: any TimeSource
  package let counters = AdmissionCounters()

  package init(limits: AdmissionLimits, time: any TimeSource) {
    self.limits = limits
    self.time = time
    machine = Mutex(AdmissionStateMachine(limits: limits))
  }

  /// - Parameter version: its number; 0 for `$LATEST`.
  /// - Throws: `Throttle` when there is no room for another invocation of the version.
  package func admit(_ scope: AdmissionScope, version: Int) throws(Throttle) -> Lease {
    let now = time.monotonicTime()
    let refusal = machine.withLock { machine -> Throttle? in
      do throws(Throttle) {
        try machine.admit(scope, version: version, at: now)
        return nil
      } catch {
        return error
      }
    }
    counters.count(refusal?.reason)
    if let refusal { throw refusal }
    return Lease(of: scope, version: version, from: self)
  }

  /// Takes over what is kept for a function.
  ///
  /// - Parameter current: asked while nobody else takes anything over, so that of two changes the later one stays; nil
  ///   when the function is gone.
  package func refresh(_ scope: AdmissionScope, _ current: () -> FunctionLimits?) {
    machine.withLock { machine in
      if let limits = current() { machine.configure(limits, for: scope) } else { machine.forget(scope) }
    }
  }

  /// Invocations of the account under way.
  package func concurrency(at place: AccountRegion) -> Int { machine.withLock { $0.concurrency(at: place) } }

  /// Invocations of the function under way.
  package func concurrency(of scope: AdmissionScope) -> Int { machine.withLock { $0.concurrency(of: scope) } }

  /// What functions without a reservation may run at once.
  package func unreserved(at place: AccountRegion) -> Int { machine.withLock { $0.unreserved(at: place) } }

  func release(_ scope: AdmissionScope, version: Int) { machine.withLock { $0.release(scope, version: version) } }
}
