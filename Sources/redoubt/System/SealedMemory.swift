import CLinux
import Glibc

/// Bytes handed to another process that neither side can change any more.
enum SealedMemory {
  static func make(_ name: String, _ bytes: [UInt8]) throws(SystemError) -> Descriptor {
    let number = clinux_memfd(name, bytes, bytes.count)
    return Descriptor(owning: try SystemError.checkNegated(number, "memfd \(name)"))
  }
}
