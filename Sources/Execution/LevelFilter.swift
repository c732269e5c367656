import Functions
import JSON
import Wire

/// Tells which lines of a function are less important than its log asks for. Pure.
///
/// As on Lambda, a line that is a JSON object has the level that it names, if it also says when it was written, and is
/// INFO otherwise; any other line has none and always stays.
struct LevelFilter: Sendable {
  private let lowest: LoggingConfiguration.ApplicationLevel

  /// - Returns: nil when nothing is left out.
  init?(_ logging: LoggingConfiguration) {
    guard logging.format == .json, logging.applicationLevel > .trace else { return nil }
    lowest = logging.applicationLevel
  }

  func keeps(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{"), let object = JSONValue(parsing: line), case .object = object else {
      return true
    }
    guard object["timestamp"]?.string != nil, let word = object["level"]?.string,
      let level = LoggingConfiguration.ApplicationLevel(word: word)
    else {
      return lowest <= .info
    }
    return level >= lowest
  }
}
