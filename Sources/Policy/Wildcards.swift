/// A text in which `*` stands for any run of characters and `?` for any one.
struct Wildcards: Hashable, Sendable {
  /// What a character of the text has to be.
  enum Token: Hashable, Sendable {
    case character(Unicode.Scalar)
    case anyOne
    case anyRun
    /// One character or a run that stays inside of a segment of an ARN: no colon.
    case anyOneInSegment
    case anyRunInSegment

    var isRun: Bool { self == .anyRun || self == .anyRunInSegment }

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .character(let wanted): wanted == scalar
      case .anyOne, .anyRun: true
      case .anyOneInSegment, .anyRunInSegment: scalar != ":"
      }
    }
  }

  /// Forms that most policies use, which need no search.
  private enum Form: Hashable, Sendable {
    case anything
    case exactly(String)
    /// What comes before a single `*` at the end.
    case beginning(String)
    case tokens([Token])
  }

  private let form: Form

  /// - Parameter text: a pattern as it is written in a policy.
  init(_ text: String) { self.init(tokens: Self.tokens(of: text)) }

  init(tokens: [Token]) {
    let isOpen = tokens.last == .anyRun
    let literal = Self.literal(isOpen ? tokens.dropLast() : tokens[...])
    form =
      switch (literal, isOpen) {
      case ("", true): .anything
      case (let literal?, true): .beginning(literal)
      case (let literal?, false): .exactly(literal)
      case (nil, _): .tokens(tokens)
      }
  }

  static func tokens(of text: some StringProtocol) -> [Token] {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "*": .anyRun
      case "?": .anyOne
      default: .character(scalar)
      }
    }
  }

  private static func literal(_ tokens: ArraySlice<Token>) -> String? {
    var literal = String.UnicodeScalarView()
    for token in tokens {
      guard case .character(let scalar) = token else { return nil }
      literal.append(scalar)
    }
    return String(literal)
  }

  func matches(_ text: some StringProtocol) -> Bool {
    switch form {
    case .anything: true
    case .exactly(let whole): text.utf8.elementsEqual(whole.utf8)
    case .beginning(let beginning): text.utf8.starts(with: beginning.utf8)
    case .tokens(let tokens): Self.match(tokens, text)
    }
  }

  /// Follows all ways through the pattern at once, so that no pattern takes more than its length times the text's.
  private static func match(_ tokens: [Token], _ text: some StringProtocol) -> Bool {
    // Whether the text so far can have matched the tokens before that index.
    var reached = [Bool](repeating: false, count: tokens.count + 1)
    var next = reached
    reached[0] = true
    skipRuns(&reached, tokens)
    for scalar in text.unicodeScalars {
      for index in next.indices { next[index] = false }
      for index in tokens.indices where reached[index] && tokens[index].accepts(scalar) {
        next[tokens[index].isRun ? index : index + 1] = true
      }
      skipRuns(&next, tokens)
      swap(&reached, &next)
    }
    return reached[tokens.count]
  }

  /// A run may be empty.
  private static func skipRuns(_ reached: inout [Bool], _ tokens: [Token]) {
    for index in tokens.indices where reached[index] && tokens[index].isRun { reached[index + 1] = true }
  }
}
