import Core

/// The stored form of a batch's events: format (1 byte), then for each event timestamp and ingestion (8 each, in
/// nanoseconds), origin (1), request (1: none, that of the event before, or the 36 bytes that follow), length (4) and the
/// message in UTF-8; numbers big-endian. In format 1, which is read only, no event tells its request.
enum LogFraming {
  /// Not what `encode` makes.
  struct Malformed: Error, Hashable {}

  private static let format: UInt8 = 2
  private static let formatWithoutRequests: UInt8 = 1

  private enum Request: UInt8 {
    case none = 0
    case same = 1
    case other = 2
  }

  static func encode(_ events: [LogEvent]) -> [UInt8] {
    var bytes = [format]
    var last: RequestID?
    for event in events {
      append(event.timestamp.nanoseconds, to: &bytes)
      append(event.ingestion.nanoseconds, to: &bytes)
      bytes.append(event.origin.rawValue)
      append(event.requestID, after: &last, to: &bytes)
      append(UInt32(clamping: event.message.utf8.count), to: &bytes)
      bytes.append(contentsOf: event.message.utf8)
    }
    return bytes
  }

  /// - Throws: `Malformed` for anything but what `encode` makes.
  static func decode(_ bytes: [UInt8]) throws(Malformed) -> [LogEvent] {
    guard let first = bytes.first, first == format || first == formatWithoutRequests else { throw Malformed() }
    var rest = bytes.dropFirst()
    var events: [LogEvent] = []
    var last: RequestID?
    while !rest.isEmpty { events.append(try event(from: &rest, after: &last, hasRequest: first == format)) }
    return events
  }

  private static func event(
    from rest: inout ArraySlice<UInt8>, after last: inout RequestID?, hasRequest: Bool
  ) throws(Malformed) -> LogEvent {
    let timestamp = try integer(Int64.self, from: &rest)
    let ingestion = try integer(Int64.self, from: &rest)
    let origin = LogEvent.Origin(rawValue: try integer(UInt8.self, from: &rest))
    let requestID = hasRequest ? try request(from: &rest, after: &last) : nil
    let length = try integer(UInt32.self, from: &rest)
    let message = String(validating: try take(Int(length), from: &rest), as: UTF8.self)
    guard let origin, let message else { throw Malformed() }
    return LogEvent(
      timestamp: WallTime(nanoseconds: timestamp), ingestion: WallTime(nanoseconds: ingestion), message: message,
      origin: origin, requestID: requestID)
  }

  private static func append(_ requestID: RequestID?, after last: inout RequestID?, to bytes: inout [UInt8]) {
    guard let requestID else { return bytes.append(Request.none.rawValue) }
    guard requestID != last else { return bytes.append(Request.same.rawValue) }
    bytes.append(Request.other.rawValue)
    bytes.append(contentsOf: requestID.description.utf8)
    last = requestID
  }

  private static func request(
    from rest: inout ArraySlice<UInt8>, after last: inout RequestID?
  ) throws(Malformed) -> RequestID? {
    switch Request(rawValue: try integer(UInt8.self, from: &rest)) {
    case .some(.none): return nil
    case .same:
      guard let last else { throw Malformed() }
      return last
    case .other:
      let id = RequestID(String(decoding: try take(36, from: &rest), as: UTF8.self))
      guard let id, id != last else { throw Malformed() }
      last = id
      return id
    case nil: throw Malformed()
    }
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
