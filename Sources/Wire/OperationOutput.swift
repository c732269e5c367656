package import JSON

/// The result of an operation before a protocol renders it: members of the output shape, and what goes into the head.
package struct OperationOutput: Sendable {
  /// Overrides the route's status of success.
  package var status: Int?
  package var headers: [(name: String, value: String)]
  /// nil: the answer has no body.
  package var members: JSONValue?
  /// A body that is no rendering of members; its type is in `headers`.
  package var payload: [UInt8]?

  package init(payload: [UInt8], contentType: String) {
    self.init(headers: [("Content-Type", contentType)])
    self.payload = payload
  }

  package init(_ members: JSONValue? = nil, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    self.members = members
    self.status = status
    self.headers = headers
  }
}

/// The head of an HTTP answer. The gate adds the request id, the length and what belongs to the connection.
package struct ResponseHead: Sendable {
  package let status: Int
  package let headers: [(name: String, value: String)]

  package init(status: Int, headers: [(name: String, value: String)]) {
    self.status = status
    self.headers = headers
  }
}

/// A whole HTTP answer.
package struct OperationResponse: Sendable {
  package let head: ResponseHead
  package let body: [UInt8]

  package init(head: ResponseHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

/// Where an answer goes, in pieces: one `begin`, any number of `write`, one `end`. Safe to call from any thread.
///
/// Calls after the client has gone have no effect.
package protocol ResponseStream: Sendable {
  /// - Parameter length: bytes of the body when they are known; otherwise the body is sent in chunks.
  func begin(_ head: ResponseHead, length: Int?)
  /// - Parameter taken: called once the connection holds these bytes no more, sent or not; from any thread.
  func write(_ bytes: [UInt8], taken: (@Sendable () -> Void)?)
  func end()
  /// Ends an answer that cannot be completed: the connection is closed so that the client sees it broken off.
  func abort()
}

extension ResponseStream {
  package func write(_ bytes: [UInt8]) { write(bytes, taken: nil) }

  /// Sends a whole answer.
  package func send(_ response: OperationResponse) {
    begin(response.head, length: response.body.count)
    if !response.body.isEmpty { write(response.body) }
    end()
  }
}
