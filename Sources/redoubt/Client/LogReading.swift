import JSON
import Wire

/// Where a reader of a log group is, and what it wants of it.
struct LogReading {
  /// Where the function logs to, and under which name when others log there too.
  struct Source: Hashable, Sendable {
    let group: String
    let owner: String?

    /// - Parameter configuration: of the function; nil when it is gone: its own log group may still be there.
    init(function name: String, configuration: JSONValue?) {
      let own = "/aws/lambda/\(name)"
      group = configuration?["LoggingConfig"]?["LogGroup"]?.string ?? own
      owner = group == own ? nil : configuration?["FunctionName"]?.string ?? name
    }
  }

  let source: Source
  let requestID: String?
  /// Milliseconds since the epoch.
  let start: Int64
  let end: Int64?
  let level: LineLevel?
  /// As CloudWatch Logs has it; nil for all lines.
  let pattern: String?
  private var marker: String?

  init(_ source: Source, requestID: String?, start: Int64, end: Int64?, level: LineLevel?, pattern: String? = nil) {
    self.source = source
    self.requestID = requestID
    self.start = start
    self.end = end
    self.level = level
    self.pattern = pattern
  }

  /// The call for the next part.
  var call: ServiceCall {
    var call = ServiceCall.redoubt("GET", "/log-events")
    call.query = [("LogGroup", source.group), ("StartTime", String(start))]
    if let end { call.query.append(("EndTime", String(end))) }
    if let requestID { call.query.append(("RequestId", requestID)) }
    if let pattern { call.query.append(("FilterPattern", pattern)) }
    if let marker { call.query.append(("Marker", marker)) }
    return call
  }

  /// The wanted events of a part; the next call goes on behind it.
  mutating func take(_ part: JSONValue) -> (events: [JSONValue], hasMore: Bool) {
    marker = part["NextMarker"]?.string ?? marker
    guard case .array(let events)? = part["Events"] else { return ([], false) }
    return (events.filter(isWanted), part["HasMore"] == true)
  }

  private func isWanted(_ event: JSONValue) -> Bool {
    if let owner = source.owner, event["LogStream"]?.string?.contains("/\(owner)[") != true { return false }
    guard let level else { return true }
    return LineLevel(event) >= level
  }
}
