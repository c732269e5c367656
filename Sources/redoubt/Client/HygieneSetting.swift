import Functions
import JSON
import Wire

/// A hygiene mode as it is given on the command line.
enum HygieneSetting: Hashable, Sendable {
  case mode(HygieneMode)
  /// The mode is taken back.
  case standard

  static let words = HygieneMode.allCases.map(\.rawValue) + ["default"]

  /// - Throws: for what is none of `words`.
  init(_ text: String) throws(CommandFailure) {
    if let mode = HygieneMode(rawValue: text) {
      self = .mode(mode)
    } else if text == "default" {
      self = .standard
    } else {
      throw CommandFailure(.usage, "`\(text)` is no hygiene mode: give one of \(Self.words.joined(separator: ", "))")
    }
  }

  /// - Parameter function: nil for the account.
  func call(for function: String?) -> ServiceCall {
    let path = Self.path(of: function)
    return switch self {
    case .mode(let mode): .redoubt("PUT", path, ["Hygiene": .string(mode.rawValue)])
    case .standard: .redoubt("DELETE", path)
    }
  }

  /// - Parameter answer: that of GetFunctionHygiene.
  func isTold(by answer: JSONValue) -> Bool {
    let isOwn = answer["SetBy"]?.string == "Function"
    return switch self {
    case .mode(let mode): isOwn && answer["Hygiene"]?.string == mode.rawValue
    case .standard: !isOwn
    }
  }

  static func path(of function: String?) -> String {
    function.map { "/functions/\(ServiceCall.encode($0))/hygiene" } ?? "/account/hygiene"
  }
}
