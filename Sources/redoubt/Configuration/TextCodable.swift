import Core

/// A value that is written as its text in JSON.
protocol TextCodable: Codable, CustomStringConvertible {
  /// - Returns: nil for text out of form.
  init?(_ text: String)
}

extension TextCodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "`\(text)` is no \(Self.self)")
    }
    self = value
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Region: TextCodable {}
extension AccountID: TextCodable {}
extension ListenAddress: TextCodable {}
