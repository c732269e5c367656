package import Core
import Synchronization

/// Asks the ledger for room and makes the proof that there is some. Synchronous; the lock is never held across I/O.
package final class AdmissionController: Sendable {
  private let ledger: Mutex<ConcurrencyLedger>
  /// Invocations at once, for each account.
  package let accountLimit: Int

  package init(ledger: ConcurrencyLedger) {
    accountLimit = ledger.accountLimit
    self.ledger = Mutex(ledger)
  }

  /// - Throws: `Throttle` when the account is at its limit.
  package func admit(_ account: AccountID) throws(Throttle) -> Lease {
    let refusal = ledger.withLock { ledger -> Throttle? in
      do throws(Throttle) {
        try ledger.take(account)
        return nil
      } catch {
        return error
      }
    }
    if let refusal { throw refusal }
    return Lease { [weak self] in self?.ledger.withLock { $0.giveBack(account) } }
  }

  /// Invocations of the account under way.
  package func concurrency(of account: AccountID) -> Int { ledger.withLock { $0.concurrency(of: account) } }
}
