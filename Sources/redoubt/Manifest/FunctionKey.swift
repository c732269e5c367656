/// The keys of one function in `redoubt.yaml`. docs/redoubt.schema.json says the same to editors, and a test compares.
enum FunctionKey: String, CaseIterable {
  case code
  case description
  case environment
  case ephemeralStorage = "ephemeral-storage"
  case handler
  case hygiene
  case layers
  case memory
  case role
  case runtime
  case timeout

  /// How many layers a function may have.
  static let mostLayers = 5

  /// What a whole number may be; nil for keys that take none. The server has the same ranges.
  var range: ClosedRange<Int>? {
    switch self {
    case .ephemeralStorage: 512...10_240
    case .memory: 128...10_240
    case .timeout: 1...900
    default: nil
    }
  }

  /// How many characters a text may have; nil for keys that take none.
  var lengths: ClosedRange<Int>? {
    switch self {
    case .code: 1...4096
    case .description: 0...256
    case .handler: 1...128
    case .role: 1...2048
    case .runtime: 1...64
    default: nil
    }
  }
}
