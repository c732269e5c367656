package import Core
import FoundationEssentials

extension Digest {
  /// As AWS writes it in `CodeSha256`: 44 characters of base 64 (RFC 4648 section 4), padded.
  package var base64: String { Data(bytes).base64EncodedString() }
}
