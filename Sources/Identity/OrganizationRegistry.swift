package import Core
package import Cryptography
package import Storage

/// Changes accounts and guardrails: on disk first, then in the memory that authentication and authorization look into.
///
/// A change counts for every request that begins after it has returned.
package final class OrganizationRegistry: Sendable {
  let directory: OrganizationDirectory
  let identities: IdentityRegistry
  let cipher: EnvelopeCipher
  let root: @Sendable () throws -> any RootKeySource
  let time: any TimeSource
  let random: any RandomSource
  let accounts = AccountStore()
  let guardrails = GuardrailStore()
  private let database: any Database
  private let order = CommitOrder()

  /// - Parameters:
  ///   - identities: of all accounts.
  ///   - cipher: learns the keys of new accounts.
  ///   - root: wraps the keys of new accounts. Read when it is needed, so that it is not kept in memory.
  package init(
    _ database: any Database, directory: OrganizationDirectory, identities: IdentityRegistry, cipher: EnvelopeCipher,
    root: @escaping @Sendable () throws -> any RootKeySource, time: any TimeSource, random: any RandomSource
  ) {
    self.database = database
    self.directory = directory
    self.identities = identities
    self.cipher = cipher
    self.root = root
    self.time = time
    self.random = random
  }

  /// Fills the memory from the database; once, at start. The management account is entered where it is not known.
  package func load() async throws {
    let (id, now) = (directory.management, time.wallTime())
    try await change { [accounts] transaction in
      guard try accounts.find(id, transaction) == nil else {
        return try accounts.setSuspended(false, id, transaction)
      }
      let name = try accounts.isTaken(name: "management", transaction) ? id.description : "management"
      try accounts.insert(Account(id: id, name: name, isSuspended: false, createdAt: now), transaction)
    }
  }

  /// Runs `body` in a transaction and lets what it has changed count.
  func change<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    let (result, state) = try await database.write { [self] transaction in
      let result = try body(transaction)
      return (result, try changed(transaction))
    }
    try publish(state)
    return result
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    try await database.read(body)
  }

  /// What a transaction leaves behind, with its place in the order of writers.
  struct Changed: Sendable {
    fileprivate let state: OrganizationState
    fileprivate let sequence: UInt64
  }

  /// To be read at the end of a transaction.
  func changed(_ transaction: any Transaction) throws -> Changed {
    Changed(state: try OrganizationState(transaction), sequence: order.next())
  }

  /// Takes over what is on disk; what a later transaction has overtaken is passed over.
  func publish(_ changed: Changed) throws {
    try order.publish(changed.sequence) { try directory.replace(with: changed.state) }
  }
}
