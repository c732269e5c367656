/// Where the client finds the server: plain HTTP, host and port.
struct ServiceEndpoint: Hashable, Sendable, CustomStringConvertible {
  static let standard = "http://127.0.0.1:4566"

  let address: ListenAddress

  var description: String { "http://\(address)" }

  /// Reads `http://HOST[:PORT]` with nothing but slashes after it.
  init(_ text: String) throws(CommandFailure) {
    guard text.hasPrefix("http://") else {
      throw CommandFailure(.usage, "endpoint is `\(text)`: give http://HOST:PORT (TLS is not supported by this client)")
    }
    var authority = text.dropFirst(7)
    while authority.hasSuffix("/") { authority = authority.dropLast() }
    guard let address = ListenAddress(String(authority)) ?? ListenAddress(authority + ":80") else {
      throw CommandFailure(.usage, "endpoint is `\(text)`: give http://HOST:PORT, for example \(Self.standard)")
    }
    self.address = address
  }
}
