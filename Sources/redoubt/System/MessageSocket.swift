import CLinux
import Glibc

/// One end of a connection that carries whole messages and descriptors between processes of this host.
struct MessageSocket: Sendable {
  static let maximumSize = 4096

  let descriptor: Descriptor

  static func pair() throws(SystemError) -> (MessageSocket, MessageSocket) {
    var ends: [Int32] = [-1, -1]
    try SystemError.checkNegated(clinux_socketpair_seqpacket(&ends), "socketpair")
    return (
      MessageSocket(descriptor: Descriptor(owning: ends[0])), MessageSocket(descriptor: Descriptor(owning: ends[1]))
    )
  }

  func send(_ text: String, with descriptors: [Descriptor] = []) throws(SystemError) {
    let bytes = Array(text.utf8)
    let numbers = descriptors.map(\.number)
    let result = clinux_send(descriptor.number, bytes, bytes.count, numbers, UInt32(numbers.count))
    try SystemError.checkNegated(result, "send")
  }

  /// - Returns: nil when the peer has closed.
  func receive() throws(SystemError) -> (text: String, descriptors: [Descriptor])? {
    var bytes = [UInt8](repeating: 0, count: Self.maximumSize)
    var count = UInt32(CLINUX_MAXIMUM_DESCRIPTORS)
    var numbers = [Int32](repeating: -1, count: Int(count))
    let size = clinux_receive(descriptor.number, &bytes, bytes.count, &numbers, &count)
    try SystemError.checkNegated(Int32(clamping: size), "receive")
    let descriptors = numbers[..<Int(count)].map { Descriptor(owning: $0) }
    return size == 0 ? nil : (String(decoding: bytes[..<size], as: UTF8.self), descriptors)
  }
}
