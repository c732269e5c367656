import CLinux
import CSpawnerProtocol
import Core
import Dispatch
import Glibc
import Synchronization

/// One socket to one spawner. An event loop never waits for the spawner: what its socket has no room for goes through a
/// queue.
final class SpawnerConnection: Sendable {
  let epoch: UInt64
  private let socket: OwnedDescriptor
  private let sending = DispatchQueue(label: "redoubt.spawner.send")
  private let receiving = DispatchQueue(label: "redoubt.spawner.receive")
  /// How many messages the queue has. Those that come meanwhile follow them.
  private let queued = Mutex(0)

  init(socket: OwnedDescriptor, epoch: UInt64) {
    self.socket = socket
    self.epoch = epoch
  }

  /// - Parameter descriptor: goes with the message and is closed here afterwards.
  func send(_ message: [UInt8], _ descriptor: OwnedDescriptor? = nil) {
    queued.withLock { queued in
      guard queued > 0 || transmit(message, descriptor, clinux_send_at_once) == -EAGAIN else { return }
      queued += 1
      sending.async { [self] in
        _ = transmit(message, descriptor, clinux_send)
        self.queued.withLock { $0 -= 1 }
      }
    }
  }

  /// - Returns: a negative errno, or 0. But for -EAGAIN, nothing is left to do.
  private func transmit(
    _ message: [UInt8], _ descriptor: OwnedDescriptor?,
    _ send: (Int32, UnsafeRawPointer?, Int, UnsafePointer<Int32>?, UInt32) -> Int32
  ) -> Int32 {
    let descriptors = descriptor.map { [$0.borrowed] } ?? []
    let result = send(socket.borrowed, message, message.count, descriptors, UInt32(descriptors.count))
    // A failed send means that the spawner is gone: ending both directions wakes the receiver, which tells everybody.
    if result < 0, result != -EAGAIN { shutDown() }
    return result
  }

  /// Ends the connection; `receive` then calls `lost`.
  func shutDown() { shutdown(socket.borrowed, Int32(SHUT_RDWR)) }

  /// Hands each message to `deliver` until the spawner ends or breaks the protocol, then calls `lost` once.
  func receive(
    deliver: @escaping @Sendable (SpawnerReply, [OwnedDescriptor]) -> Bool, lost: @escaping @Sendable () -> Void
  ) {
    receiving.async { [self] in
      var bytes = [UInt8](repeating: 0, count: Int(SP_MAX_MESSAGE))
      while let (size, descriptors) = next(&bytes) {
        guard let reply = SpawnerReply(Array(bytes.prefix(size))), deliver(reply, descriptors) else { break }
      }
      shutDown()
      lost()
    }
  }

  /// - Returns: how many bytes of a message were put into `bytes`, and what came with them; nil at the end.
  private func next(_ bytes: inout [UInt8]) -> (Int, [OwnedDescriptor])? {
    var numbers = [Int32](repeating: -1, count: Int(CLINUX_MAXIMUM_DESCRIPTORS))
    var count = UInt32(numbers.count)
    let size = clinux_receive(socket.borrowed, &bytes, bytes.count, &numbers, &count)
    guard size > 0 else { return nil }
    return (size, numbers.prefix(Int(count)).map(OwnedDescriptor.init))
  }
}
