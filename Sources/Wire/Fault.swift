package import JSON

/// An error that a caller sees, before a protocol renders it: AWS's code, a message, a status.
///
/// The message names the offending value and nothing of the server's inside.
package struct Fault: Error, Hashable, Sendable {
  /// AWS's error code, for example `ResourceNotFoundException`.
  package let code: String
  /// The HTTP status, 400 to 599.
  package let status: Int
  package let message: String
  /// Further members of the error's shape, for example `Reason`.
  package let members: [String: JSONValue]
  /// Headers that go with the answer, for example `Retry-After`.
  package let headers: [String: String]

  package init(
    code: String, status: Int, message: String, members: [String: JSONValue] = [:], headers: [String: String] = [:]
  ) {
    self.code = code
    self.status = status
    self.message = message
    self.members = members
    self.headers = headers
  }

  /// True when the server, not the request, is at fault.
  package var isServerFault: Bool { status >= 500 }
}
