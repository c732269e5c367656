package import Core
package import Identity

/// Gives each execution environment a session of its function's role, which ends with the environment.
package struct FunctionSessions: Sendable {
  private let roles: ServiceRoles
  private let tokens: SessionTokens

  /// Who takes on the roles of functions.
  package static let service = "lambda.amazonaws.com"

  package init(roles: ServiceRoles, tokens: SessionTokens) {
    self.roles = roles
    self.tokens = tokens
  }

  /// Checks that functions can have the role.
  ///
  /// - Parameter request: that is to give it to the function.
  /// - Throws: `RoleNotAssumable`.
  package func check(_ role: String, of function: ARN, in request: RequestID) throws(RoleNotAssumable) {
    guard roles.role(role, for: Self.service, actingFor: function, in: request) != nil else {
      throw RoleNotAssumable(role: role)
    }
  }

  /// - Parameters:
  ///   - name: of the session: the function's.
  ///   - duration: after which the credentials are worth nothing, whatever becomes of the environment; whole seconds.
  /// - Throws: `RoleNotAssumable`, `CryptographyError`.
  package func begin(for function: ARN, name: String, role: String, duration: Duration) throws -> FunctionSession {
    guard let found = roles.role(role, for: Self.service, actingFor: function, in: nil) else {
      throw RoleNotAssumable(role: role)
    }
    let request = SessionRequest(
      name: name, duration: Int(duration.components.seconds), sourceFunction: function)
    return FunctionSession(try tokens.issue(request, of: found).credentials, tokens)
  }
}

/// The session of one execution environment.
package final class FunctionSession: Sendable {
  private let credentials: AccessKeyCredentials
  private let tokens: SessionTokens

  fileprivate init(_ credentials: AccessKeyCredentials, _ tokens: SessionTokens) {
    self.credentials = credentials
    self.tokens = tokens
  }

  deinit { end() }

  /// As AWS's clients read them from the environment of their process.
  package var variables: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": credentials.accessKeyID.description,
      "AWS_SECRET_ACCESS_KEY": credentials.secretAccessKey,
      "AWS_SESSION_TOKEN": credentials.sessionToken ?? "",
    ]
  }

  /// From now on the credentials are worth nothing. Again: does nothing.
  package func end() { tokens.end(credentials.accessKeyID) }
}

/// A role that is not there, or that does not trust the service with the function.
package struct RoleNotAssumable: Error, Hashable, Sendable {
  package let role: String
}
