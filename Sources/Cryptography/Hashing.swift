package import Core

/// SHA-256 of bytes that are all there.
package enum Hashing {
  package static func sha256(_ bytes: some Collection<UInt8>) -> Digest {
    var builder = DigestBuilder()
    let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { builder.update(UnsafeRawBufferPointer($0)) }
    if isContiguous == nil { builder.update(Array(bytes)) }
    return builder.finalize()
  }

  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var builder = DigestBuilder()
    builder.update(bytes)
    return builder.finalize()
  }
}

/// Whether both hold the same bytes, in a time that depends on the counts only. For signatures, codes and tokens.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for index in left.indices { difference |= left[index] ^ right[index] }
  return difference == 0
}
