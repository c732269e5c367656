import Core
import Sandbox

/// Keeps count of the unpacked and compiled code that the spawner holds in memory, and says what to drop. Pure.
struct TreeLedger {
  /// Bytes of unpacked files, all trees together; the tree used last is kept even when it is larger.
  let budget: Int
  /// The spawner holds 1024; some are on their way.
  static let mostTrees = 900
  private var sizes: [ArtifactID: Int] = [:]
  /// Most recently used last.
  private var order: [ArtifactID] = []
  private var total = 0

  init(budget: Int) { self.budget = budget }

  /// The tree has been unpacked.
  ///
  /// - Returns: the trees to drop, least recently used first.
  mutating func add(_ tree: ArtifactID, bytes: Int) -> [ArtifactID] {
    total += bytes - (sizes.updateValue(bytes, forKey: tree) ?? 0)
    touch(tree)
    var dropped: [ArtifactID] = []
    while total > budget || order.count > Self.mostTrees, order.count > 1 {
      let oldest = order.removeFirst()
      total -= sizes.removeValue(forKey: oldest) ?? 0
      dropped.append(oldest)
    }
    return dropped
  }

  /// The tree is not there any more.
  mutating func remove(_ tree: ArtifactID) {
    guard let bytes = sizes.removeValue(forKey: tree) else { return }
    total -= bytes
    order.removeAll { $0 == tree }
  }

  /// The tree is about to be used.
  mutating func touch(_ tree: ArtifactID) {
    guard sizes[tree] != nil, order.last != tree else { return }
    order.removeAll { $0 == tree }
    order.append(tree)
  }
}
