import Dispatch
import Glibc
import Logging
import NIOCore
import Sandbox

/// The control connection to the supervisor: brings each new spawner, and tells when the server listens.
struct SupervisorConnection: Sendable {
  let socket: MessageSocket
  let spawner: Spawner
  let log: Logger

  /// Hands every spawner to `spawner`, from a thread of its own, until the supervisor ends.
  func listen() {
    DispatchQueue(label: "redoubt.supervisor").async {
      do {
        while let (text, descriptors) = try socket.receive() {
          guard ControlMessage(text) == .spawner, descriptors.count == 1, let received = descriptors.first else {
            log.error("the supervisor said something unknown", metadata: ["message": "\(text)"])
            continue
          }
          spawner.connect(OwnedDescriptor(fcntl(received.number, F_DUPFD_CLOEXEC, 3)))
        }
      } catch {
        log.error("the connection to the supervisor broke", metadata: ["error": "\(error)"])
      }
    }
  }

  func announce(_ address: SocketAddress) {
    guard let host = address.ipAddress, let port = address.port else { return }
    let shown = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    do {
      try socket.send(ControlMessage.ready(address: shown).text)
    } catch {
      log.error("the supervisor cannot be told", metadata: ["error": "\(error)"])
    }
  }
}
