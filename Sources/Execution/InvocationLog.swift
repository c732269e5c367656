import Core
import Telemetry

/// The log of one environment: takes the runtime's output apart into lines and puts the platform's lines between them.
///
/// A line of the function is one event, however it looks; the platform's own events are marked as such, so that a
/// function cannot forge them.
struct InvocationLog {
  /// A longer line becomes several events.
  static let longestLine = 262_144
  /// Bytes of messages after which what was collected should be taken.
  static let longestHeld = 1 << 20
  private static let tailSize = 4096

  private var partial: [UInt8] = []
  private(set) var events: [LogEvent] = []
  /// Bytes of the messages in `events`.
  private(set) var byteCount = 0
  private var tail: [UInt8] = []

  /// Takes bytes as they came from the pipe.
  mutating func append(_ bytes: some Collection<UInt8>, at time: WallTime) {
    addToTail(bytes)
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      partial.append(contentsOf: rest[..<end])
      closeLine(at: time)
      rest = rest[rest.index(after: end)...]
    }
    partial.append(contentsOf: rest)
    while partial.count >= Self.longestLine {
      let line = partial.prefix(Self.longestLine)
      partial.removeFirst(Self.longestLine)
      add(String(decoding: line, as: UTF8.self), .function, at: time)
    }
  }

  /// Adds a line of the platform; an unfinished line of the function is closed before it.
  mutating func appendPlatformLine(_ line: String, at time: WallTime) {
    if !partial.isEmpty {
      closeLine(at: time)
      addToTail([UInt8(ascii: "\n")])
    }
    add(line, .platform, at: time)
    addToTail(Array((line + "\n").utf8))
  }

  /// True when nothing was written since the last `take`.
  var isEmpty: Bool { events.isEmpty && partial.isEmpty }

  /// When the first event was collected.
  var start: WallTime? { events.first?.timestamp }

  /// Puts a line of the platform before everything that was collected.
  mutating func prependPlatformLine(_ line: String, at time: WallTime) {
    events.insert(LogEvent(timestamp: time, ingestion: time, message: line, origin: .platform), at: 0)
    tail = Array((line + "\n").utf8) + tail
  }

  /// Closes an unfinished line: nothing more will come.
  mutating func closePartial(at time: WallTime) {
    if !partial.isEmpty { closeLine(at: time) }
  }

  /// Gives away what was collected and starts anew. An unfinished line of the function stays for the next time.
  mutating func take() -> (events: [LogEvent], tail: [UInt8]) {
    defer { tail = [] }
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
    add(String(decoding: partial, as: UTF8.self), .function, at: time)
    partial.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ message: String, _ origin: LogEvent.Origin, at time: WallTime) {
    events.append(LogEvent(timestamp: time, ingestion: time, message: message, origin: origin))
    byteCount += message.utf8.count + 32
  }

  private mutating func addToTail(_ bytes: some Collection<UInt8>) {
    tail.append(contentsOf: bytes)
    if tail.count > 4 * Self.tailSize { tail.removeFirst(tail.count - Self.tailSize) }
  }
}
