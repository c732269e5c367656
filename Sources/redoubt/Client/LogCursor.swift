import Wire

/// Where a reader of a log group is: asks from the newest time seen and passes over events seen at it.
struct LogCursor {
  private let logGroup: String
  private let requestID: String?
  private var start: Int64
  private var seen: Set<String> = []

  /// - Parameter start: in milliseconds since the epoch.
  init(logGroup: String, requestID: String?, start: Int64) {
    self.logGroup = logGroup
    self.requestID = requestID
    self.start = start
  }

  /// The input of FilterLogEvents for the next page.
  func input(_ token: String?) -> JSONValue {
    var members: [String: JSONValue] = ["logGroupName": .string(logGroup), "startTime": .integer(start)]
    members["filterPattern"] = requestID.map { .string("\"\($0)\"") }
    members["nextToken"] = token.map { .string($0) }
    return .object(members)
  }

  /// The events of a page that are new. The start moves only from one poll to the next, since a token belongs to it.
  mutating func take(_ page: JSONValue) -> [JSONValue] {
    guard case .array(let events)? = page["events"] else { return [] }
    let new = events.filter { event in seen.insert(Self.identity(event)).inserted }
    if page["nextToken"]?.string == nil {
      let newest = events.compactMap { $0["timestamp"]?.integer }.max() ?? start
      start = max(start, newest)
    }
    return new
  }

  private static func identity(_ event: JSONValue) -> String {
    event["eventId"]?.string ?? String(decoding: event.encoded, as: UTF8.self)
  }
}
