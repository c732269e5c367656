/// Finds the end of a request's head in raw bytes and refuses, on the way, what parsers are known to disagree about:
/// bare CR or LF, folded lines, control characters, blanks around names, empty lines before the request line
/// (RFC 9112 sections 2.2, 3, 5). What a line means is left to the decoder, which sees only heads that passed here.
struct HeadScanner {
  enum Progress: Equatable {
    case incomplete
    /// The head is the first so many bytes.
    case complete(Int)
    case refused(Refusal)
  }

  private enum Place {
    case requestLine
    case name
    case value
    case lineFeed
  }

  private let byteLimit: Int
  private let lineLimit: Int
  private var place = Place.requestLine
  private var position = 0
  private var lineLength = 0
  private var headerLines = 0
  private var blanks = 0
  private var previous: UInt8 = 0
  private var isASCII = true

  init(byteLimit: Int, lineLimit: Int) {
    self.byteLimit = byteLimit
    self.lineLimit = lineLimit
  }

  /// - Parameter bytes: everything since the head's first byte; what an earlier call has seen is not read again.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Progress {
    while position < bytes.count {
      skipPlain(bytes)
      guard position < bytes.count else { break }
      guard position < byteLimit else { return .refused(.headerBytes) }
      let byte = bytes[position]
      position += 1
      if place == .lineFeed {
        guard byte == Byte.lineFeed else { return .refused(.malformedHead) }
        if lineLength == 0 { return completed(bytes) }
        guard endLine() else { return .refused(.headerCount) }
      } else {
        guard accept(byte) else { return .refused(.malformedHead) }
        previous = byte
      }
    }
    return .incomplete
  }

  /// Passes over what most of a header is made of, a run at a time: nothing in it changes the place.
  private mutating func skipPlain(_ bytes: UnsafeRawBufferPointer) {
    let end = min(bytes.count, byteLimit)
    var next = position
    switch place {
    case .value: while next < end, bytes[next] >= Byte.space, bytes[next] < Byte.delete { next += 1 }
    case .name: while next < end, Byte.isToken[Int(bytes[next])] { next += 1 }
    case .requestLine, .lineFeed: return
    }
    lineLength += next - position
    position = next
  }

  private mutating func endLine() -> Bool {
    if headerLines == lineLimit + 1 { return false }
    headerLines += 1
    place = .name
    lineLength = 0
    return true
  }

  private func completed(_ bytes: UnsafeRawBufferPointer) -> Progress {
    // Header values become text: what is not UTF-8 would come out as something else than what was signed.
    if !isASCII, String(validating: bytes[..<position], as: UTF8.self) == nil { return .refused(.malformedHead) }
    return .complete(position)
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    if byte == Byte.carriageReturn { return acceptCarriageReturn() }
    lineLength += 1
    switch place {
    case .requestLine: return acceptInRequestLine(byte)
    case .name: return acceptInName(byte)
    default:
      isASCII = isASCII && byte < 0x80
      return byte == Byte.tab || byte >= Byte.space && byte != Byte.delete
    }
  }

  /// A line may end where it is whole: the request line with two blanks, a header with its colon.
  private mutating func acceptCarriageReturn() -> Bool {
    switch place {
    case .requestLine: guard blanks == 2, previous != Byte.space else { return false }
    case .name: guard lineLength == 0 else { return false }
    default: break
    }
    place = .lineFeed
    return true
  }

  private mutating func acceptInRequestLine(_ byte: UInt8) -> Bool {
    guard byte == Byte.space else { return byte > Byte.space && byte < Byte.delete }
    blanks += 1
    return lineLength > 1 && previous != Byte.space
  }

  private mutating func acceptInName(_ byte: UInt8) -> Bool {
    guard byte == Byte.colon else { return Byte.isToken[Int(byte)] }
    place = .value
    return lineLength > 1
  }
}
