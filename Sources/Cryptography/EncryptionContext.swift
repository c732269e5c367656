import Core

/// The additional authenticated data of a sealed value: what it is bound to, in one byte form only.
///
/// Every part is preceded by its length, so that no two contexts have the same bytes.
enum EncryptionContext {
  static func encode(
    purpose: String, header: [UInt8], account: AccountID, context: [String: String]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    append(Array(purpose.utf8), to: &bytes)
    append(header, to: &bytes)
    append(Array(account.description.utf8), to: &bytes)
    append(count: context.count, to: &bytes)
    // Swift orders and compares strings by canonical equivalence; byte order does not depend on Unicode tables.
    let entries = context.map { (Array($0.key.utf8), Array($0.value.utf8)) }
    for (name, value) in entries.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      append(name, to: &bytes)
      append(value, to: &bytes)
    }
    return bytes
  }

  private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
    append(count: part.count, to: &bytes)
    bytes += part
  }

  private static func append(count: Int, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: UInt64(count).bigEndian) { bytes += $0 }
  }
}
