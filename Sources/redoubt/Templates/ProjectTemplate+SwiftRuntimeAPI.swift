extension ProjectTemplate {
  static let swiftRuntimeAPI = #"""
    import FoundationEssentials
    import Glibc

    /// The platform's side of a custom runtime: events are asked for and answers posted, by HTTP on loopback.
    struct RuntimeAPI {
      struct Invocation {
        let id: String
        let event: [UInt8]
        /// When the answer must be there, in milliseconds since 1970.
        let deadline: Int64
        /// Of the function as it was called, a version or an alias included.
        let functionARN: String
        /// What the caller gave as the client context, in JSON.
        let clientContext: String?
      }

      struct Failure: Error, CustomStringConvertible {
        let description: String
      }

      private let host: String
      private let port: UInt16

      init() throws {
        let parts = (environment("AWS_LAMBDA_RUNTIME_API") ?? "").split(separator: ":").map(String.init)
        guard parts.count == 2, let port = UInt16(parts[1]) else {
          throw Failure(description: "AWS_LAMBDA_RUNTIME_API is not HOST:PORT")
        }
        (self.host, self.port) = (parts[0], port)
      }

      /// Waits for the next event.
      func next() throws -> Invocation {
        let (head, body) = try exchange("GET", "next", [])
        func of(_ name: String) -> String? { field("lambda-runtime-" + name, of: head) }
        guard let id = of("aws-request-id"), let deadline = of("deadline-ms").flatMap(Int64.init),
          let functionARN = of("invoked-function-arn")
        else { throw Failure(description: "the next event has no request id, deadline or function") }
        return Invocation(
          id: id, event: body, deadline: deadline, functionARN: functionARN, clientContext: of("client-context"))
      }

      func answer(_ invocation: Invocation, with body: [UInt8]) throws {
        _ = try exchange("POST", "\(invocation.id)/response", body)
      }

      func fail(_ invocation: Invocation, _ message: String) throws {
        let error = try JSONEncoder().encode(["errorType": "Error", "errorMessage": message])
        _ = try exchange("POST", "\(invocation.id)/error", Array(error))
      }

      /// One request on a connection of its own.
      private func exchange(_ method: String, _ path: String, _ body: [UInt8]) throws -> (head: String, body: [UInt8]) {
        let socket = try connected()
        defer { close(socket) }
        let head =
          "\(method) /2018-06-01/runtime/invocation/\(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n"
          + "Content-Length: \(body.count)\r\n\r\n"
        try send(Array(head.utf8) + body, to: socket)
        let reply = try receive(from: socket)
        guard reply.head.hasPrefix("HTTP/1.1 2") else { throw Failure(description: "\(method) \(path) was refused") }
        return reply
      }

      private func connected() throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        guard result == 0 else { throw Failure(description: "cannot connect to \(host):\(port)") }
        return socket
      }

      private func send(_ bytes: [UInt8], to socket: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
          guard count > 0 else { throw Failure(description: "the connection broke") }
          rest = rest.dropFirst(count)
        }
      }

      /// A reply's head, and as much body as the head says.
      private func receive(from socket: Int32) throws -> (head: String, body: [UInt8]) {
        var (bytes, buffer): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 65536))
        var head: String?
        while true {
          if head == nil, let end = endOfHead(bytes) {
            head = String(decoding: bytes[..<end], as: UTF8.self)
            bytes.removeFirst(end)
          }
          if let head, bytes.count >= Int(field("content-length", of: head) ?? "") ?? 0 { return (head, bytes) }
          let count = read(socket, &buffer, buffer.count)
          guard count > 0 else { throw Failure(description: "the connection broke") }
          bytes += buffer[..<count]
        }
      }

      /// Behind the empty line.
      private func endOfHead(_ bytes: [UInt8]) -> Int? {
        let blank = Array("\r\n\r\n".utf8)
        return bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual(blank) }.map { $0 + 4 }
      }

      private func field(_ name: String, of head: String) -> String? {
        for line in head.split(whereSeparator: \.isNewline) {
          let parts = line.split(separator: ":", maxSplits: 1)
          if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
        }
        return nil
      }
    }

    func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    """#
}
