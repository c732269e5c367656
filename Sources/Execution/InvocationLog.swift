import Core
import Functions
import Telemetry

/// The log of one environment: takes the runtime's output apart into lines and puts the platform's lines between them.
///
/// A line of the function is one event, however it looks; the platform's own events are marked as such, so that a
/// function cannot forge them. Of the output of one invocation, and of that between two, a limited volume is kept.
struct InvocationLog {
  /// A longer line becomes several events.
  static let longestLine = 262_144
  /// Bytes of messages after which what was collected should be taken.
  static let longestHeld = 1 << 20
  /// What an event counts beside its message, as AWS does.
  private static let eventOverhead = 26
  private static let tailSize = 4096

  /// Whose output is collected; nil between invocations.
  private(set) var requestID: RequestID?
  private(set) var events: [LogEvent] = []
  /// Bytes of the messages in `events`.
  private(set) var byteCount = 0
  private var partial: [UInt8] = []
  private var tail: [UInt8] = []
  private var volume: LogVolume
  private let format: LoggingConfiguration.Format
  private let filter: LevelFilter?

  init(limit: Int = ExecutionLimits.logVolume, logging: LoggingConfiguration = LoggingConfiguration()) {
    volume = LogVolume(limit: limit)
    format = logging.format
    filter = LevelFilter(logging)
  }

  /// From now on output belongs to that invocation.
  ///
  /// - Parameter line: the platform's first; nil where it writes none.
  mutating func begin(_ requestID: RequestID, with line: String?, at time: WallTime) {
    if let line { appendPlatformLine(line, at: time) } else { close(at: time) }
    self.requestID = requestID
    volume.renew()
  }

  /// Takes bytes as they came from the pipe.
  mutating func append(_ bytes: [UInt8], at time: WallTime) {
    addToTail(bytes)
    guard !volume.isUsedUp else { return volume.drop(bytes.count) }
    var rest = bytes[...]
    while let length = rest.offset(of: UInt8(ascii: "\n")) {
      partial.append(contentsOf: rest.prefix(length))
      rest = rest.dropFirst(length + 1)
      closeLine(at: time)
      guard !volume.isUsedUp else { return volume.drop(rest.count) }
    }
    partial.append(contentsOf: rest)
    while partial.count >= Self.longestLine, !volume.isUsedUp { cutLine(at: time) }
  }

  /// Adds a line of the platform; an unfinished line of the function is closed before it, and what was dropped is told.
  mutating func appendPlatformLine(_ line: String, at time: WallTime) {
    if !partial.isEmpty {
      closeLine(at: time)
      addToTail([UInt8(ascii: "\n")])
    }
    tellDropped(at: time)
    add(line, .platform, at: time)
    addToTail(Array((line + "\n").utf8))
  }

  /// True when the function has written nothing since the last `take`.
  var isEmpty: Bool { partial.isEmpty && !events.contains { $0.origin == .function } }

  /// Closes an unfinished line: nothing more will come.
  mutating func close(at time: WallTime) {
    if !partial.isEmpty { closeLine(at: time) }
    tellDropped(at: time)
  }

  /// Gives away what was collected and starts anew, between invocations. An unfinished line of the function stays for
  /// the next time.
  mutating func take() -> (events: [LogEvent], tail: [UInt8]) {
    defer {
      tail = []
      requestID = nil
      volume.renew()
    }
    return (takeEvents(), Array(tail.suffix(Self.tailSize)))
  }

  /// Gives the events away and keeps the tail, in the middle of an invocation.
  mutating func takeEvents() -> [LogEvent] {
    defer {
      events = []
      byteCount = 0
    }
    return events
  }

  private mutating func closeLine(at time: WallTime) {
    addOutput(partial[...], at: time)
    partial.removeAll(keepingCapacity: true)
  }

  /// Makes an event of the beginning of a line that is too long, and leaves no character in two pieces.
  private mutating func cutLine(at time: WallTime) {
    var end = Self.longestLine
    while end > Self.longestLine - 4, end < partial.count, partial[end] & 0xC0 == 0x80 { end -= 1 }
    addOutput(partial[..<end], at: time)
    partial.removeFirst(end)
  }

  private mutating func addOutput(_ line: ArraySlice<UInt8>, at time: WallTime) {
    guard filter?.keeps(line) ?? true else { return }
    guard volume.take(line.count + Self.eventOverhead) else { return volume.drop(line.count) }
    add(String(decoding: line, as: UTF8.self), .function, at: time)
  }

  private mutating func tellDropped(at time: WallTime) {
    guard let count = volume.takeDropped() else { return }
    add(PlatformLines.dropped(count, of: volume.limit, in: format, at: time), .platform, at: time)
  }

  private mutating func add(_ message: String, _ origin: LogEvent.Origin, at time: WallTime) {
    events.append(LogEvent(timestamp: time, ingestion: time, message: message, origin: origin))
    byteCount += message.utf8.count + 32
  }

  private mutating func addToTail(_ bytes: [UInt8]) {
    tail.append(contentsOf: bytes.suffix(Self.tailSize))
    if tail.count > 4 * Self.tailSize { tail.removeFirst(tail.count - Self.tailSize) }
  }
}
