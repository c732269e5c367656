package import Core
package import Cryptography
package import Storage

/// Gives an account its first identities: the IAM user `administrator` with one access key, and the role `lambda-basic`,
/// which functions may have that need nothing but their logs.
package struct AdministratorBootstrap: Sendable {
  private let database: any Database
  private let keys: AccessKeyStore
  private let random: any RandomSource
  private let time: any TimeSource

  package init(_ database: any Database, cipher: EnvelopeCipher, random: any RandomSource, time: any TimeSource) {
    self.database = database
    self.keys = AccessKeyStore(database, cipher: cipher)
    self.random = random
    self.time = time
  }

  private static let trustsLambda = """
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]}
    """

  /// Makes the administrator unless the account has one, and the role unless it has any; of two at the same time only one
  /// makes them.
  ///
  /// - Returns: the new credentials, or nil when there was an administrator already.
  package func run(for account: AccountID) async throws -> AccessKeyCredentials? {
    let now = time.wallTime()
    let credentials = AccessKeyCredentials(from: random)
    let principal = Principal(
      account: account,
      arn: ARN(service: "iam", region: "", account: account.description, resource: "user/administrator"),
      kind: .user("administrator"), uniqueID: UniqueID.make("AIDA", from: random), isAdministrator: true)
    let key = AccessKey(
      id: credentials.accessKeyID, account: account, principalARN: principal.arn, isActive: true, createdAt: now,
      session: nil)
    let role = Role(
      account: account, name: "lambda-basic", path: "/",
      uniqueID: UniqueID.make("AROA", from: random), createdAt: WallTime(seconds: now.seconds),
      trustPolicy: Self.trustsLambda, trustedIDs: [:], description: "Functions that need nothing but their logs.",
      maximumSession: 3600)
    let sealedSecret = try keys.sealed(key, secret: credentials.secretAccessKey)
    return try await database.write { transaction in
      if try !RoleStore().all(transaction).contains(where: { $0.account == account }) {
        try RoleStore().insert(role, transaction)
        try PolicyGrantStore().attach(PlatformPolicies.basicExecution, to: role.uniqueID, transaction)
      }
      guard try !PrincipalStore.hasAdministrator(of: account, in: transaction) else { return nil }
      try PrincipalStore.insert(principal, path: "/", at: now, in: transaction)
      try AccessKeyStore.insert(key, sealedSecret: sealedSecret, in: transaction)
      return credentials
    }
  }
}
