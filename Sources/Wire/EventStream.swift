import Core

/// The framing in which an answer carries events as they come (Smithy 2.0, "Amazon Event Stream Specification").
package enum EventStream {
  package static let contentType = "application/vnd.amazon.eventstream"

  private static let lengthsSize = 12
  private static let checkSize = 4
  /// The type byte of a header whose value is text.
  private static let text: UInt8 = 7

  /// One event.
  ///
  /// - Parameters:
  ///   - event: the member of the event union, for example `PayloadChunk`.
  ///   - contentType: of the payload.
  package static func message(_ event: String, contentType: String, payload: [UInt8]) -> [UInt8] {
    var headers: [UInt8] = []
    for (name, value) in [(":event-type", event), (":content-type", contentType), (":message-type", "event")] {
      headers.append(UInt8(name.utf8.count))
      headers += name.utf8
      headers.append(text)
      headers += bigEndian(UInt16(value.utf8.count))
      headers += value.utf8
    }
    let length = lengthsSize + headers.count + payload.count + checkSize
    var message: [UInt8] = []
    message.reserveCapacity(length)
    message += bigEndian(UInt32(length))
    message += bigEndian(UInt32(headers.count))
    message += bigEndian(CyclicRedundancyCheck.value(of: message))
    message += headers
    message += payload
    message += bigEndian(CyclicRedundancyCheck.value(of: message))
    return message
  }

  private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
