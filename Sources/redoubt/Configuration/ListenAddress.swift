import Glibc

/// Where the server listens: a loopback address, because plain HTTP must not leave the machine.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IPv4 or IPv6 address without brackets, or `localhost`.
  let host: String
  /// 0 takes a free port.
  let port: Int

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// - Returns: nil unless `text` is `HOST:PORT`, with an IPv6 host in brackets.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = Int(port)
  }

  /// Reads the `listen` setting.
  init(setting text: String) throws(CommandFailure) {
    guard let address = ListenAddress(text) else {
      throw CommandFailure(.configuration, "listen is `\(text)`: give HOST:PORT, for example 127.0.0.1:4566")
    }
    guard address.isLoopback else {
      throw CommandFailure(
        .configuration,
        "listen is `\(text)`: TLS is not configured and plain HTTP is served on loopback only, so give 127.0.0.1:PORT")
    }
    self = address
  }

  var isLoopback: Bool {
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
    return host == "localhost" || host == "::1"
  }
}
