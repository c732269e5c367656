/// How much output may still be recorded, and how much was not. Pure.
struct LogVolume: Sendable {
  let limit: Int
  private(set) var isUsedUp = false
  private var used = 0
  private var dropped = 0

  init(limit: Int) { self.limit = limit }

  /// - Returns: false when there is no room; then there is none for anything that follows, so that no line is missing
  ///   between two that are there.
  mutating func take(_ bytes: Int) -> Bool {
    guard !isUsedUp, bytes <= limit - used else {
      isUsedUp = true
      return false
    }
    used += bytes
    return true
  }

  mutating func drop(_ bytes: Int) { dropped += bytes }

  /// - Returns: bytes that were dropped since the last call; nil when there were none.
  mutating func takeDropped() -> Int? {
    defer { dropped = 0 }
    return dropped > 0 ? dropped : nil
  }

  /// Gives all the room anew.
  mutating func renew() { (used, isUsedUp) = (0, false) }
}
