import Core
import Wire

/// What a request says of its own signature, in either form, checked for form only.
struct PresentedSignature: Sendable {
  /// The first part of the credential, whatever it is.
  let credentialName: String
  let scope: CredentialScope
  let hasValidTerminator: Bool
  /// In lower case, in ascending order, with `host` among them.
  let signedHeaders: [String]
  /// 32 bytes.
  let signature: [UInt8]
  let signedAt: SigningTime
  let sessionToken: String?
  let form: Form

  enum Form: Sendable {
    case header
    /// In the query: a presigned URL.
    case query(expiresAfter: Duration)
  }

  /// Nil where the credential begins with something else.
  var accessKeyID: AccessKeyID? { AccessKeyID(credentialName) }

  private static let signedHeaderLimit = 100

  init(
    credential: String, signedHeaders: String, signature: String, date: String, sessionToken: String?,
    form: Form
  ) throws(AuthenticationFailure) {
    let parts = credential.parts(separatedBy: "/")
    guard parts.count == 5 else {
      throw .incompleteSignature(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
    }
    guard let bytes = Hexadecimal.decode(signature), bytes.count == 32 else {
      throw .incompleteSignature("The signature must be 64 hexadecimal digits in lower case.")
    }
    guard let time = SigningTime(date) else {
      throw .incompleteSignature("Date must be in ISO-8601 'basic format', e.g. 20260131T235959Z.")
    }
    credentialName = parts[0]
    scope = CredentialScope(date: parts[1], region: parts[2], service: parts[3])
    hasValidTerminator = parts[4] == CredentialScope.terminator
    self.signedHeaders = try Self.headerNames(signedHeaders)
    self.signature = bytes
    signedAt = time
    self.sessionToken = sessionToken
    self.form = form
  }

  private static func headerNames(_ list: String) throws(AuthenticationFailure) -> [String] {
    let names = list.parts(separatedBy: ";", maxSplits: signedHeaderLimit)
    guard names.count <= signedHeaderLimit else {
      throw .incompleteSignature("More than \(signedHeaderLimit) signed headers.")
    }
    // Of ASCII, so that their order is that of their bytes.
    guard names.allSatisfy(isLowercaseToken), zip(names, names.dropFirst()).allSatisfy(<) else {
      throw .incompleteSignature("SignedHeaders must be header names in lower case, in order, each once.")
    }
    guard names.contains("host") else {
      throw .incompleteSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    }
    return names
  }

  private static func isLowercaseToken(_ name: String) -> Bool {
    name.withBytes { name in
      !name.isEmpty
        && name.allSatisfy { byte in
          switch byte {
          case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
          default: false
          }
        }
    }
  }
}
