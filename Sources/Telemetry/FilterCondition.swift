/// Tests joined by `&&` and `||`.
enum FilterCondition<Test: Hashable & Sendable>: Hashable, Sendable {
  case test(Test)
  case all([FilterCondition])
  case any([FilterCondition])

  func holds(_ test: (Test) -> Bool) -> Bool {
    switch self {
    case .test(let one): test(one)
    case .all(let parts): parts.allSatisfy { $0.holds(test) }
    case .any(let parts): parts.contains { $0.holds(test) }
    }
  }
}

extension PatternScanner {
  typealias TestReader<Test> = (inout PatternScanner) throws(FilterPatternError) -> Test

  /// Reads tests that are joined by `&&`, which binds more, and `||`, with parentheses.
  ///
  /// - Throws: `tooDeep` and what `test` throws.
  mutating func condition<Test>(
    depth: Int = 0, _ test: TestReader<Test>
  ) throws(FilterPatternError) -> FilterCondition<Test> {
    guard depth <= Self.deepest else { throw .tooDeep }
    var alternatives = [try conjunction(depth, test)]
    while take("||") { alternatives.append(try conjunction(depth, test)) }
    return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
  }

  private mutating func conjunction<Test>(
    _ depth: Int, _ test: TestReader<Test>
  ) throws(FilterPatternError) -> FilterCondition<Test> {
    var parts = [try part(depth, test)]
    while take("&&") { parts.append(try part(depth, test)) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func part<Test>(
    _ depth: Int, _ test: TestReader<Test>
  ) throws(FilterPatternError) -> FilterCondition<Test> {
    guard take("(") else { return .test(try test(&self)) }
    let inner = try condition(depth: depth + 1, test)
    try require(")")
    return inner
  }
}
