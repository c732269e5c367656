import Core
import Wire

/// Reads the service out of the scope of a request's signature, before anything is verified: only to find the
/// operation, whose service the signature is then verified against.
enum ScopedService {
  /// - Returns: nil when there is no scope of the form `KEY/DATE/REGION/SERVICE/aws4_request`.
  static func name(of head: RequestHead) -> String? {
    if let header = head.header("Authorization") {
      guard let start = end(of: "Credential=", in: header) else { return nil }
      return name(inScope: scope(in: header[start...]))
    }
    guard !head.query.isEmpty, let credential = QueryParameters(head.query)?["X-Amz-Credential"] else { return nil }
    return name(inScope: credential[...])
  }

  /// Up to the next comma or space.
  private static func scope(in text: Substring) -> Substring {
    let isEnd = { (byte: UInt8) in byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") }
    return text[..<(text.utf8.firstIndex(where: isEnd) ?? text.endIndex)]
  }

  private static func name(inScope scope: Substring) -> String? {
    let parts = scope.fields(separatedBy: "/")
    guard parts.count >= 5, parts.last == "aws4_request" else { return nil }
    return String(parts[parts.count - 2])
  }

  /// The place after the first occurrence of `word`.
  private static func end(of word: StaticString, in text: String) -> String.Index? {
    var text = text
    let offset = text.withUTF8 { bytes in
      word.withUTF8Buffer { word in
        (0...max(0, bytes.count - word.count)).first { bytes[$0...].starts(with: word) }
      }
    }
    return offset.map { text.utf8.index(text.startIndex, offsetBy: $0 + word.utf8CodeUnitCount) }
  }
}
