package import Core
import Cryptography
import Storage

extension OrganizationRegistry {
  /// Makes an account with its key, its administrator and its first role, all or nothing.
  ///
  /// - Parameter id: nil for any that is free.
  /// - Throws: `OrganizationFailure.accountExists`.
  package func createAccount(_ name: String, id: AccountID?) async throws -> NewAccount {
    let id = id ?? newAccountID()
    let account = Account(id: id, name: name, isSuspended: false, createdAt: time.wallTime())
    let root = try root()
    let key = try WrappedAccountKey(generatingFor: id, version: 1, root: root, random: random)
    // Before the transaction: whoever reads what it has stored has to open it.
    guard try cipher.add(key, root: root) else { throw OrganizationFailure.idIsTaken(id) }
    do {
      let beginning = try AccountBeginning(of: id, cipher: cipher, random: random, at: time.wallTime())
      let changed = try await identities.change { [self] transaction in
        guard try accounts.find(id, transaction) == nil else { throw OrganizationFailure.idIsTaken(id) }
        guard try !accounts.isTaken(name: name, transaction) else {
          throw OrganizationFailure.accountExists("an account of the name `\(name)` exists")
        }
        try accounts.insert(account, transaction)
        try AccountKeyStore.insert(key, transaction)
        try beginning.insert(transaction)
        return try self.changed(transaction)
      }
      try publish(changed)
      return NewAccount(account: account, credentials: beginning.credentials)
    } catch let failure as OrganizationFailure {
      // Nothing was stored.
      cipher.forget(id)
      throw failure
    } catch {
      if await !mayBeStored(id) { cipher.forget(id) }
      throw error
    }
  }

  /// What was stored has to be opened, and what cannot be told may have been stored.
  private func mayBeStored(_ id: AccountID) async -> Bool {
    do { return try await read { [accounts] in try accounts.find(id, $0) != nil } } catch { return true }
  }

  /// Accounts after an id, in the order of their ids.
  package func accounts(after id: String, limit: Int) async throws -> [Account] {
    try await read { [accounts] transaction in try accounts.list(after: id, limit: limit, transaction) }
  }

  /// - Throws: `OrganizationFailure.noSuchAccount`, `.managementAccount`.
  package func setSuspended(_ isSuspended: Bool, _ id: AccountID) async throws -> Account {
    guard id != directory.management else {
      throw OrganizationFailure.managementAccount("the management account `\(id)` is never suspended")
    }
    let now = time.wallTime()
    return try await change { [accounts] transaction in
      try accounts.setSuspended(isSuspended, id, transaction)
      if isSuspended { try accounts.endSessions(by: now, of: id, transaction) }
      guard let account = try accounts.find(id, transaction) else { throw OrganizationFailure.noSuchAccount(id) }
      return account
    }
  }

  /// Gives the account's administrator a new access key in place of those there are, and ends the account's sessions but
  /// those of execution environments: for who lost them, or was robbed.
  ///
  /// - Throws: `OrganizationFailure.noSuchAccount`, `.managementAccount`.
  package func resetAdministrator(of id: AccountID) async throws -> NewAccount {
    guard id != directory.management else {
      throw OrganizationFailure.managementAccount(
        "the keys of the management account `\(id)` are made with CreateAccessKey")
    }
    let now = time.wallTime()
    let account = try await change { [accounts] transaction in
      guard let account = try accounts.find(id, transaction) else { throw OrganizationFailure.noSuchAccount(id) }
      try accounts.endSessions(by: now, of: id, transaction)
      return account
    }
    return NewAccount(account: account, credentials: try await identities.replaceAdministratorKeys(of: id))
  }

  /// Twelve digits, the first of them no zero.
  private func newAccountID() -> AccountID {
    while true {
      let number = random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 24
      // Of 2^40 numbers 900 in 1100 have twelve digits.
      if let id = AccountID(String(number)) { return id }
    }
  }
}

extension OrganizationFailure {
  fileprivate static func idIsTaken(_ id: AccountID) -> OrganizationFailure {
    .accountExists("an account of the id `\(id)` exists")
  }

  static func noSuchAccount(_ id: AccountID) -> OrganizationFailure { .noSuchAccount("no account has the id `\(id)`") }
}

extension IdentityRegistry {
  fileprivate func replaceAdministratorKeys(of account: AccountID) async throws -> AccessKeyCredentials {
    let credentials = AccessKeyCredentials(from: random)
    let now = WallTime(seconds: time.wallTime().seconds)
    return try await change { [keys] transaction in
      guard let administrator = try PrincipalStore.users(in: account, transaction).first(where: \.isAdministrator)
      else {
        throw IdentityError(.malformedRecord, "account `\(account)` has no administrator")
      }
      for key in try AccessKeyStore.keys(of: administrator.arn, transaction) {
        _ = try AccessKeyStore.delete(key.id, of: administrator.arn, transaction)
      }
      let key = AccessKey(
        id: credentials.accessKeyID, account: account, principalARN: administrator.arn, isActive: true, createdAt: now,
        session: nil)
      let sealed = try keys.sealed(key, secret: credentials.secretAccessKey)
      try AccessKeyStore.insert(key, sealedSecret: sealed, in: transaction)
      return credentials
    }
  }
}
