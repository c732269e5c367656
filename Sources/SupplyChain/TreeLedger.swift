import Sandbox

/// Keeps count of the unpacked code that the spawner holds in memory, and says what to drop. Pure.
struct TreeLedger {
  /// Bytes of unpacked files, all trees together; the tree used last is kept even when it is larger.
  let budget: Int
  /// The spawner holds 1024; some are on their way.
  static let mostTrees = 900
  private var sizes: [CodeTree: Int] = [:]
  /// Most recently used last.
  private var order: [CodeTree] = []
  private var total = 0

  init(budget: Int) { self.budget = budget }

  /// The tree has been unpacked.
  ///
  /// - Returns: the trees to drop, least recently used first.
  mutating func add(_ tree: CodeTree, bytes: Int) -> [CodeTree] {
    total += bytes - (sizes.updateValue(bytes, forKey: tree) ?? 0)
    touch(tree)
    var dropped: [CodeTree] = []
    while total > budget || order.count > Self.mostTrees, order.count > 1 {
      let oldest = order.removeFirst()
      total -= sizes.removeValue(forKey: oldest) ?? 0
      dropped.append(oldest)
    }
    return dropped
  }

  /// The tree is about to be used.
  mutating func touch(_ tree: CodeTree) {
    guard sizes[tree] != nil, order.last != tree else { return }
    order.removeAll { $0 == tree }
    order.append(tree)
  }
}
