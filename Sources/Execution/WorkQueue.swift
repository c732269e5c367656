/// Work in the order in which it came, and how much of it has been here for long.
struct WorkQueue<Work: Sendable>: Sendable {
  private var works: [Work] = []
  /// How many at the front were here when the present period began.
  private var old = 0

  var count: Int { works.count }
  var isEmpty: Bool { works.isEmpty }

  mutating func append(_ work: Work) { works.append(work) }

  mutating func popFirst() -> Work? {
    guard !works.isEmpty else { return nil }
    old = max(0, old - 1)
    return works.removeFirst()
  }

  mutating func popLast() -> Work? {
    let work = works.popLast()
    old = min(old, works.count)
    return work
  }

  mutating func removeAll() -> [Work] {
    defer {
      works = []
      old = 0
    }
    return works
  }

  /// Begins a period.
  ///
  /// - Returns: how much, at the front, has been here for the whole of the last one.
  mutating func beginPeriod() -> Int {
    defer { old = works.count }
    return old
  }
}
