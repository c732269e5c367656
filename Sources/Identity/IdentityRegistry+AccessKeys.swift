package import Core
import Storage

extension IdentityRegistry {
  /// - Returns: the key with its secret, which is never told again.
  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func createAccessKey(
    ofUser name: String, in account: AccountID
  ) async throws -> (user: User, key: AccessKey, secret: String) {
    let credentials = AccessKeyCredentials(from: random)
    let now = WallTime(seconds: time.wallTime().seconds)
    return try await change { [keys] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard try AccessKeyStore.keys(of: user.arn, transaction).count < IdentityQuotas.accessKeysPerUser else {
        throw IdentityFailure.quotaExceeded("AccessKeysPerUser", IdentityQuotas.accessKeysPerUser)
      }
      let key = AccessKey(
        id: credentials.accessKeyID, account: account, principalARN: user.arn, isActive: true, createdAt: now,
        session: nil)
      let sealed = try keys.sealed(key, secret: credentials.secretAccessKey)
      try AccessKeyStore.insert(key, sealedSecret: sealed, in: transaction)
      return (user, key, credentials.secretAccessKey)
    }
  }

  /// The oldest first.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func accessKeys(ofUser name: String, in account: AccountID) async throws -> (user: User, keys: [AccessKey]) {
    try await database.read { transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      return (user, try AccessKeyStore.keys(of: user.arn, transaction))
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func setAccessKey(
    _ id: String, isActive: Bool, ofUser name: String, in account: AccountID
  ) async throws {
    try await change { transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard let key = AccessKeyID(id), try AccessKeyStore.setActive(isActive, key, of: user.arn, transaction) else {
        throw IdentityFailure.noSuchKey(id)
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func deleteAccessKey(_ id: String, ofUser name: String, in account: AccountID) async throws {
    try await change { transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard let key = AccessKeyID(id), try AccessKeyStore.delete(key, of: user.arn, transaction) else {
        throw IdentityFailure.noSuchKey(id)
      }
    }
  }
}

extension IdentityFailure {
  static func noSuchKey(_ id: String) -> IdentityFailure {
    .noSuchEntity("The Access Key with id \(id) cannot be found.")
  }
}
