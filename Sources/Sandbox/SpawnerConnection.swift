import CLinux
import CSpawnerProtocol
import Core
import Dispatch
import Glibc

/// One socket to one spawner. Sends from a queue of its own, so that an event loop never waits for the spawner.
final class SpawnerConnection: Sendable {
  let epoch: UInt64
  private let socket: OwnedDescriptor
  private let sending = DispatchQueue(label: "redoubt.spawner.send")
  private let receiving = DispatchQueue(label: "redoubt.spawner.receive")

  init(socket: OwnedDescriptor, epoch: UInt64) {
    self.socket = socket
    self.epoch = epoch
  }

  /// - Parameter descriptor: goes with the message and is closed here afterwards.
  func send(_ message: [UInt8], _ descriptor: OwnedDescriptor? = nil) {
    sending.async { [socket] in
      let descriptors = descriptor.map { [$0.borrowed] } ?? []
      let result = clinux_send(socket.borrowed, message, message.count, descriptors, UInt32(descriptors.count))
      // A failed send means that the spawner is gone: ending both directions wakes the receiver, which tells everybody.
      if result < 0 { shutdown(socket.borrowed, Int32(SHUT_RDWR)) }
    }
  }

  /// Ends the connection; `receive` then calls `lost`.
  func shutDown() { shutdown(socket.borrowed, Int32(SHUT_RDWR)) }

  /// Hands each message to `deliver` until the spawner ends or breaks the protocol, then calls `lost` once.
  func receive(
    deliver: @escaping @Sendable (SpawnerReply, [OwnedDescriptor]) -> Bool, lost: @escaping @Sendable () -> Void
  ) {
    receiving.async { [self] in
      while let (bytes, descriptors) = next() {
        guard let reply = SpawnerReply(bytes), deliver(reply, descriptors) else { break }
      }
      shutDown()
      lost()
    }
  }

  private func next() -> ([UInt8], [OwnedDescriptor])? {
    var bytes = [UInt8](repeating: 0, count: Int(SP_MAX_MESSAGE))
    var numbers = [Int32](repeating: -1, count: Int(CLINUX_MAXIMUM_DESCRIPTORS))
    var count = UInt32(numbers.count)
    let size = clinux_receive(socket.borrowed, &bytes, bytes.count, &numbers, &count)
    guard size > 0 else { return nil }
    return (Array(bytes.prefix(size)), numbers.prefix(Int(count)).map(OwnedDescriptor.init))
  }
}
