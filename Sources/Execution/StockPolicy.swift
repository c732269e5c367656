import Core
import Sandbox

/// How many sandboxes of each kind are to be ready. A pure state machine: it follows demand, and gives way when memory is
/// short.
///
/// A line's target is what was taken from it in the busiest second of the last minute, and never less than a few, so that
/// the first call of a function finds one; after `memoryOfDemand` without a start it is back at that.
struct StockPolicy: Sendable {
  struct Target: Hashable, Sendable {
    let number: Int
    let line: StockLine
    let count: Int
  }

  fileprivate struct Demand {
    let line: StockLine
    var lastUse: MonotonicTime
    /// The second that is being counted, and what was taken in it.
    var second: Int64
    var inThisSecond = 0
    var busiest = 0
    var busiestAt: MonotonicTime
  }

  static let memoryOfDemand = Duration.seconds(60)

  /// The spawner's lines that are in use, by number.
  private var lines: [Demand?]

  /// - Parameter capacity: lines that the spawner has.
  init(capacity: Int) { lines = Array(repeating: nil, count: capacity) }

  /// Lines in use.
  var count: Int { lines.count { $0 != nil } }

  /// The number of the line, which there is from now on. When all are in use, the one that was not used for longest gives
  /// way.
  mutating func number(of line: StockLine, at now: MonotonicTime) -> Int {
    if let number = lines.firstIndex(where: { $0?.line == line }) { return number }
    let free = lines.firstIndex { $0 == nil }
    let oldest = lines.indices.min { (lines[$0]?.lastUse ?? now) < (lines[$1]?.lastUse ?? now) }
    let number = free ?? oldest ?? 0
    lines[number] = Demand(line: line, lastUse: now, second: now.second, busiestAt: now)
    return number
  }

  /// An environment was asked for that a sandbox of the line could become.
  ///
  /// - Returns: the line's number.
  mutating func taken(_ line: StockLine, at now: MonotonicTime) -> Int {
    let number = number(of: line, at: now)
    lines[number]?.count(now)
    return number
  }

  /// What the spawner is to be told.
  ///
  /// - Parameter isMemoryShort: then a line is kept at the least that spares the next caller the wait, and lines whose
  ///   sandboxes are large at none.
  func targets(at now: MonotonicTime, isMemoryShort: Bool) -> [Target] {
    lines.enumerated().compactMap { number, demand in
      demand.map { Target(number: number, line: $0.line, count: $0.target(now, isMemoryShort)) }
    }
  }
}

extension StockPolicy.Demand {
  fileprivate mutating func count(_ now: MonotonicTime) {
    lastUse = now
    if now.second != second { (second, inThisSecond) = (now.second, 0) }
    inThisSecond += 1
    if inThisSecond >= busiest || isOver(now) { (busiest, busiestAt) = (inThisSecond, now) }
  }

  fileprivate func target(_ now: MonotonicTime, _ isMemoryShort: Bool) -> Int {
    let bounds = line.kind.bounds
    if isMemoryShort { return bounds.inNeed }
    return isOver(now) ? bounds.least : min(max(busiest, bounds.least), bounds.most)
  }

  /// Whether the busiest second is too long ago to tell of the next one.
  private func isOver(_ now: MonotonicTime) -> Bool { now - busiestAt > StockPolicy.memoryOfDemand }
}

extension StockLine.Kind {
  /// By what one takes: a prepared sandbox is some kernel memory, a forked interpreter two MiB, a booted one tens.
  fileprivate var bounds: (inNeed: Int, least: Int, most: Int) {
    switch self {
    case .prepared: (1, 2, 16)
    case .booted: (0, 2, 8)
    case .forked: (1, 8, 64)
    }
  }
}

extension MonotonicTime {
  fileprivate var second: Int64 { Int64(nanoseconds / 1_000_000_000) }
}
