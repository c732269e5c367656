/// A text, with `*` at its beginning, at its end or both standing for anything. Elsewhere a `*` is itself.
struct WildcardText: Hashable {
  private let core: [UInt8]
  private let isOpenBefore: Bool
  private let isOpenBehind: Bool

  init(_ text: String) {
    var core = Substring(text)
    isOpenBefore = core.first == "*"
    if isOpenBefore { core.removeFirst() }
    // A single `*` is both.
    isOpenBehind = core.last == "*" || (isOpenBefore && core.isEmpty)
    if core.last == "*" { core.removeLast() }
    self.core = Array(core.utf8)
  }

  func matches(_ text: Substring) -> Bool {
    switch (isOpenBefore, isOpenBehind) {
    case (false, false): text.utf8.elementsEqual(core)
    case (false, true): text.utf8.starts(with: core)
    case (true, false): text.utf8.count >= core.count && text.utf8.suffix(core.count).elementsEqual(core)
    case (true, true): core.isEmpty || text.utf8.contains(core)
    }
  }
}
