import Core
import Wire

/// Reads the service out of the scope of a request's signature, before anything is verified: only to find the
/// operation, whose service the signature is then verified against.
enum ScopedService {
  private static let credential: StaticString = "Credential="
  private static let terminator: StaticString = "/aws4_request"

  /// - Returns: nil when there is no scope of the form `KEY/DATE/REGION/SERVICE/aws4_request`.
  static func name(of head: RequestHead) -> String? {
    if let header = head.header("Authorization") { return header.withBytes(name(inHeader:)) }
    guard !head.query.isEmpty, let credential = QueryParameters(head.query)?["X-Amz-Credential"] else { return nil }
    return credential.withBytes { name(inScope: $0[...]) }
  }

  /// The scope is after the first `Credential=`, up to the next comma or space.
  private static func name(inHeader header: UnsafeBufferPointer<UInt8>) -> String? {
    guard let start = end(of: credential, in: header) else { return nil }
    return name(inScope: header[start...].prefix { $0 != UInt8(ascii: ",") && $0 != Byte.space })
  }

  private static func name(inScope scope: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    let slash = UInt8(ascii: "/")
    let isTerminated = terminator.withUTF8Buffer { scope.suffix($0.count).elementsEqual($0) }
    guard isTerminated, scope.count(where: { $0 == slash }) >= 4 else { return nil }
    let before = scope.dropLast(terminator.utf8CodeUnitCount)
    let start = before.lastIndex(of: slash).map { before.index(after: $0) } ?? before.startIndex
    return String(decoding: before[start...], as: UTF8.self)
  }

  /// The place after the first occurrence of `word`.
  private static func end(of word: StaticString, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    word.withUTF8Buffer { word in
      (0...max(0, text.count - word.count)).first { place in
        text[place...].starts(with: word)
      }
      .map { $0 + word.count }
    }
  }
}
