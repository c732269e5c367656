import NIOCore

/// What is no message of a runtime of ours.
struct MalformedRuntimeMessage: Error {}

/// Takes a runtime's messages apart: a letter, the length of the rest, and the rest; a result and an error begin with the
/// id of their invocation. Faces whatever runs in the sandbox.
struct RuntimeMessageReader {
  private enum State {
    case head
    /// - Parameters:
    ///   - left: bytes of the body that have not come yet.
    ///   - asksForWork: whether the message is a request for work, too.
    case body(left: Int, asksForWork: Bool)
    /// A request for work that was a part of the message before.
    case next
  }

  private static let headLength = 5
  private static let idLength = 36

  private var state = State.head

  /// Takes the next part off `bytes`.
  ///
  /// - Returns: nil where there is no whole one; what is left of `bytes` then is the beginning of a head.
  /// - Throws: `MalformedRuntimeMessage`; nothing that follows can be understood.
  mutating func next(_ bytes: inout ByteBuffer) throws(MalformedRuntimeMessage) -> RuntimeAPIPart? {
    switch state {
    case .head: try head(&bytes)
    case .body(left: 0, let asksForWork): end(asksForWork)
    case .body(let left, let asksForWork): body(&bytes, left, asksForWork)
    case .next: next()
    }
  }

  private mutating func head(_ bytes: inout ByteBuffer) throws(MalformedRuntimeMessage) -> RuntimeAPIPart? {
    guard let kind = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self),
      let length = bytes.getInteger(at: bytes.readerIndex + 1, as: UInt32.self).map(Int.init)
    else { return nil }
    let idLength = Self.isOfInvocation(kind) ? Self.idLength : 0
    guard length >= idLength else { throw MalformedRuntimeMessage() }
    guard bytes.readableBytes >= Self.headLength + idLength else { return nil }
    bytes.moveReaderIndex(forwardBy: Self.headLength)
    guard let id = bytes.readString(length: idLength), let request = RuntimeAPIRequest(kind: kind, requestID: id) else {
      throw MalformedRuntimeMessage()
    }
    let asksForWork = kind == Self.resultAndNext
    state = .body(left: length - idLength, asksForWork: asksForWork)
    return .head(RuntimeAPIHead(request: request, wantsAnswer: !asksForWork))
  }

  fileprivate static let resultAndNext = UInt8(ascii: "R")

  private static func isOfInvocation(_ kind: UInt8) -> Bool {
    kind == UInt8(ascii: "r") || kind == resultAndNext || kind == UInt8(ascii: "e")
  }

  private mutating func body(_ bytes: inout ByteBuffer, _ left: Int, _ asksForWork: Bool) -> RuntimeAPIPart? {
    guard bytes.readableBytes > 0, let body = bytes.readSlice(length: min(left, bytes.readableBytes)) else {
      return nil
    }
    state = .body(left: left - body.readableBytes, asksForWork: asksForWork)
    return .body(body)
  }

  private mutating func end(_ asksForWork: Bool) -> RuntimeAPIPart {
    state = asksForWork ? .next : .head
    return .end(failure: nil)
  }

  private mutating func next() -> RuntimeAPIPart {
    state = .body(left: 0, asksForWork: false)
    return .head(RuntimeAPIHead(request: .next))
  }
}

extension RuntimeAPIRequest {
  /// - Returns: nil for a letter that stands for nothing.
  fileprivate init?(kind: UInt8, requestID: String) {
    switch kind {
    case UInt8(ascii: "n"): self = .next
    case UInt8(ascii: "r"), RuntimeMessageReader.resultAndNext: self = .response(requestID: requestID)
    case UInt8(ascii: "e"): self = .error(requestID: requestID)
    case UInt8(ascii: "i"): self = .initError
    case UInt8(ascii: "p"): self = .restoreNext
    case UInt8(ascii: "f"): self = .restoreError
    default: return nil
    }
  }
}
