package import NIOCore

extension ByteBuffer? {
  /// Writes behind what is still to be sent, or into a new buffer where nothing is.
  ///
  /// - Parameter size: bytes of a new buffer, enough for most.
  package mutating func append(
    _ size: Int, from allocator: ByteBufferAllocator, _ write: (inout ByteBuffer) -> Void
  ) {
    var bytes = take() ?? allocator.buffer(capacity: size)
    write(&bytes)
    self = bytes
  }
}
