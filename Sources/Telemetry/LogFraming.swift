import Core

/// The stored form of a batch's events: format (1 byte), then for each event timestamp and ingestion (8 each, in
/// nanoseconds), origin (1), length (4) and the message in UTF-8; numbers big-endian.
enum LogFraming {
  /// Not what `encode` makes.
  struct Malformed: Error, Hashable {}

  private static let format: UInt8 = 1

  static func encode(_ events: [LogEvent]) -> [UInt8] {
    var bytes = [format]
    for event in events {
      append(event.timestamp.nanoseconds, to: &bytes)
      append(event.ingestion.nanoseconds, to: &bytes)
      bytes.append(event.origin.rawValue)
      append(UInt32(clamping: event.message.utf8.count), to: &bytes)
      bytes.append(contentsOf: event.message.utf8.prefix(Int(UInt32.max)))
    }
    return bytes
  }

  /// - Throws: `Malformed` for anything but what `encode` makes.
  static func decode(_ bytes: [UInt8]) throws(Malformed) -> [LogEvent] {
    guard bytes.first == format else { throw Malformed() }
    var rest = bytes.dropFirst()
    var events: [LogEvent] = []
    while !rest.isEmpty { events.append(try event(from: &rest)) }
    return events
  }

  private static func event(from rest: inout ArraySlice<UInt8>) throws(Malformed) -> LogEvent {
    let timestamp = try integer(Int64.self, from: &rest)
    let ingestion = try integer(Int64.self, from: &rest)
    let origin = LogEvent.Origin(rawValue: try integer(UInt8.self, from: &rest))
    let length = try integer(UInt32.self, from: &rest)
    let message = String(validating: try take(Int(length), from: &rest), as: UTF8.self)
    guard let origin, let message else { throw Malformed() }
    return LogEvent(
      timestamp: WallTime(nanoseconds: timestamp), ingestion: WallTime(nanoseconds: ingestion), message: message,
      origin: origin)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private static func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type, from rest: inout ArraySlice<UInt8>
  ) throws(Malformed) -> Integer {
    try take(MemoryLayout<Integer>.size, from: &rest).reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
  }

  private static func take(_ count: Int, from rest: inout ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Malformed() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
