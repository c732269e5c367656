import Core

/// Which packages are being verified and who waits for it. Pure.
///
/// A verification counts only for those who asked before it began to read, since the disk may change after that: who
/// comes later joins the next one. However many come at once, two are enough.
struct VerificationQueue<Waiter> {
  private struct Entry {
    var running: [Waiter]
    var next: [Waiter] = []
  }

  private var entries: [ArtifactID: Entry] = [:]

  /// - Returns: true when a verification must begin now.
  mutating func add(_ waiter: Waiter, for artifact: ArtifactID) -> Bool {
    guard entries[artifact] == nil else {
      entries[artifact]?.next.append(waiter)
      return false
    }
    entries[artifact] = Entry(running: [waiter])
    return true
  }

  /// A verification has ended.
  ///
  /// - Returns: whom its result is for, and whether another one must begin now.
  mutating func finish(_ artifact: ArtifactID) -> (waiters: [Waiter], mustBeginAgain: Bool) {
    guard let entry = entries.removeValue(forKey: artifact) else { return ([], false) }
    if !entry.next.isEmpty { entries[artifact] = Entry(running: entry.next) }
    return (entry.running, !entry.next.isEmpty)
  }
}
