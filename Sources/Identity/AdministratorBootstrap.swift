package import Core
package import Cryptography
package import Storage

/// Gives the account of the configuration what every account begins with, as far as it is missing.
package struct AdministratorBootstrap: Sendable {
  private let database: any Database
  private let cipher: EnvelopeCipher
  private let random: any RandomSource
  private let time: any TimeSource

  package init(_ database: any Database, cipher: EnvelopeCipher, random: any RandomSource, time: any TimeSource) {
    self.database = database
    self.cipher = cipher
    self.random = random
    self.time = time
  }

  /// Makes the administrator unless the account has one, and the role unless it has any; of two at the same time only one
  /// makes them.
  ///
  /// - Returns: the new credentials, or nil when there was an administrator already.
  package func run(for account: AccountID) async throws -> AccessKeyCredentials? {
    let beginning = try AccountBeginning(of: account, cipher: cipher, random: random, at: time.wallTime())
    return try await database.write { transaction in
      if try RoleStore().all(in: account, transaction).isEmpty { try beginning.insertRole(transaction) }
      guard try !PrincipalStore.hasAdministrator(of: account, in: transaction) else { return nil }
      try beginning.insertAdministrator(transaction)
      return beginning.credentials
    }
  }
}
