import Core
import Wire

/// The two forms in which a request carries its signature.
extension PresentedSignature {
  /// The query parameters that belong to a signature.
  private static let queryNames: Set<String> = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
    "X-Amz-Security-Token",
  ]
  private static let authorizationLimit = 8192
  /// What the header begins with.
  private static let algorithm = CredentialScope.algorithm + " "
  private static let presignedLifetimes: ClosedRange<Int64> = 1...604_800

  /// - Throws: `missingToken` when the request carries neither form; `incompleteSignature` when it carries both, or one
  ///   form badly.
  static func parse(_ head: RequestHead) throws(AuthenticationFailure) -> PresentedSignature {
    let parameters = try signatureParameters(head.query)
    let authorization = try single("Authorization", in: head)
    switch (authorization, parameters.isEmpty) {
    case (nil, true): throw .missingToken
    case (let text?, true): return try fromHeader(text, head)
    case (nil, false): return try fromQuery(parameters, head)
    case (_?, false): throw .incompleteSignature("Only one of the Authorization header and X-Amz query parameters.")
    }
  }

  private static func fromHeader(
    _ text: String, _ head: RequestHead
  ) throws(AuthenticationFailure) -> PresentedSignature {
    guard text.utf8.count <= authorizationLimit else {
      throw .incompleteSignature("The Authorization header is longer than \(authorizationLimit) bytes.")
    }
    guard text.hasPrefix(algorithm) else {
      throw .incompleteSignature("The Authorization header must use the algorithm '\(CredentialScope.algorithm)'.")
    }
    let fields = try HeaderFields(Substring(text.utf8.dropFirst(algorithm.utf8.count)))
    let date = try single("X-Amz-Date", in: head)
    guard let credential = fields.credential, let signature = fields.signature, let date,
      let signedHeaders = fields.signedHeaders, !fields.hasOthers
    else {
      let missing =
        fields.missing.map { "Authorization header requires '\($0)' parameter." }
        + (date == nil ? ["Authorization header requires existence of a 'X-Amz-Date' header."] : [])
      throw .incompleteSignature(missing.isEmpty ? unknownField : missing.joined(separator: " "))
    }
    return try PresentedSignature(
      credential: String(credential), signedHeaders: signedHeaders, signature: String(signature), date: date,
      sessionToken: single("X-Amz-Security-Token", in: head), form: .header)
  }

  private static let unknownField = "Authorization header has a parameter of an unknown name."

  /// The parameters of an Authorization header.
  private struct HeaderFields {
    private(set) var credential: Substring?
    private(set) var signature: Substring?
    private(set) var signedHeaders: Substring?
    private var others: Set<Substring> = []

    var hasOthers: Bool { !others.isEmpty }
    var missing: [String] {
      [("Credential", credential), ("Signature", signature), ("SignedHeaders", signedHeaders)]
        .filter { $0.1 == nil }.map(\.0)
    }

    init(_ text: Substring) throws(AuthenticationFailure) {
      for part in text.fields(separatedBy: ",", maxSplits: 8) {
        let part = trimmed(part)
        guard let end = part.utf8.offset(of: UInt8(ascii: "=")) else {
          throw .incompleteSignature("A part of the Authorization header is not a key=value pair (missing equal-sign).")
        }
        let name = Substring(part.utf8.prefix(end))
        let value = Substring(part.utf8.dropFirst(end + 1))
        let isNew =
          switch name {
          case "Credential": Self.set(&credential, value)
          case "Signature": Self.set(&signature, value)
          case "SignedHeaders": Self.set(&signedHeaders, value)
          default: others.insert(name).inserted
          }
        guard isNew else { throw .incompleteSignature("A parameter of the Authorization header is there twice.") }
      }
    }

    /// - Returns: false when it had a value.
    private static func set(_ field: inout Substring?, _ value: Substring) -> Bool {
      guard field == nil else { return false }
      field = value
      return true
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let isOther = { (byte: UInt8) in byte != UInt8(ascii: " ") }
    guard let first = text.utf8.firstIndex(where: isOther), let last = text.utf8.lastIndex(where: isOther) else {
      return ""
    }
    return text[first..<text.utf8.index(after: last)]
  }

  private static func fromQuery(
    _ parameters: [String: String], _ head: RequestHead
  ) throws(AuthenticationFailure) -> PresentedSignature {
    let missing = queryNames.subtracting(["X-Amz-Security-Token"]).subtracting(parameters.keys).sorted()
    guard missing.isEmpty, let credential = parameters["X-Amz-Credential"], let date = parameters["X-Amz-Date"],
      let signature = parameters["X-Amz-Signature"], let signedHeaders = parameters["X-Amz-SignedHeaders"],
      let lifetime = parameters["X-Amz-Expires"]
    else {
      let texts = missing.map { "AWS query-string parameters must include '\($0)'." }
      throw .incompleteSignature(texts.joined(separator: " "))
    }
    guard parameters["X-Amz-Algorithm"] == CredentialScope.algorithm else {
      throw .incompleteSignature("X-Amz-Algorithm must be '\(CredentialScope.algorithm)'.")
    }
    guard let seconds = Int64(lifetime), presignedLifetimes.contains(seconds) else {
      throw .incompleteSignature("X-Amz-Expires must be a number of seconds from 1 to 604800.")
    }
    guard head.header("X-Amz-Security-Token") == nil else {
      throw .incompleteSignature("A presigned request carries its session token in the query only.")
    }
    return try PresentedSignature(
      credential: credential, signedHeaders: Substring(signedHeaders), signature: signature, date: date,
      sessionToken: parameters["X-Amz-Security-Token"], form: .query(expiresAfter: .seconds(seconds)))
  }

  private static func signatureParameters(_ query: String) throws(AuthenticationFailure) -> [String: String] {
    if query.isEmpty { return [:] }
    guard let items = QueryParameters(query)?.items else {
      throw .incompleteSignature("The query string is not valid percent-encoding.")
    }
    var parameters: [String: String] = [:]
    for (name, value) in items where queryNames.contains(name) {
      guard parameters.updateValue(value, forKey: name) == nil else {
        throw .incompleteSignature("A query-string parameter of the signature is there twice.")
      }
    }
    return parameters
  }

  private static func single(_ name: String, in head: RequestHead) throws(AuthenticationFailure) -> String? {
    var found: String?
    for header in head.headers where header.name.equalsIgnoringASCIICase(name) {
      guard found == nil else { throw .incompleteSignature("The header '\(name)' is there twice.") }
      found = header.value
    }
    return found
  }
}
