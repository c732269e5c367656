/// What the supervisor and the server say to each other, one message a packet.
enum ControlMessage: Hashable, Sendable {
  /// Supervisor to server, with one descriptor: the connection to a spawner that has just been started.
  case spawner
  /// Server to supervisor: it listens there.
  case ready(address: String)

  var text: String {
    switch self {
    case .spawner: "spawner"
    case .ready(let address): "ready \(address)"
    }
  }

  /// - Returns: nil for a message out of form, or an address that the server must not listen at.
  init?(_ text: String) {
    if text == "spawner" {
      self = .spawner
    } else if text.hasPrefix("ready "), let address = ListenAddress(String(text.dropFirst(6))),
      address.isLoopback
    {
      self = .ready(address: address.description)
    } else {
      return nil
    }
  }
}
