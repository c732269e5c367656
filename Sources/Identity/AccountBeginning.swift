import Core
import Cryptography
import Storage

/// What an account begins with: the IAM user `administrator` with one access key, and the role `lambda-basic`, which
/// functions may have that need nothing but their logs. The secret is sealed already.
struct AccountBeginning: Sendable {
  let credentials: AccessKeyCredentials
  private let administrator: Principal
  private let key: AccessKey
  private let sealedSecret: [UInt8]
  private let role: Role
  private let time: WallTime

  private static let trustsLambda = """
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]}
    """

  init(of account: AccountID, cipher: EnvelopeCipher, random: any RandomSource, at now: WallTime) throws {
    time = now
    credentials = AccessKeyCredentials(from: random)
    administrator = Principal(
      account: account,
      arn: ARN(service: "iam", region: "", account: account.description, resource: "user/administrator"),
      kind: .user("administrator"), uniqueID: UniqueID.make("AIDA", from: random), isAdministrator: true)
    key = AccessKey(
      id: credentials.accessKeyID, account: account, principalARN: administrator.arn, isActive: true, createdAt: now,
      session: nil)
    role = Role(
      account: account, name: "lambda-basic", path: "/",
      uniqueID: UniqueID.make("AROA", from: random), createdAt: WallTime(seconds: now.seconds),
      trustPolicy: Self.trustsLambda, trustedIDs: [:], description: "Functions that need nothing but their logs.",
      maximumSession: 3600)
    sealedSecret = try AccessKeyStore.sealed(key, secret: credentials.secretAccessKey, cipher)
  }

  /// Of an account that has neither.
  func insert(_ transaction: any Transaction) throws {
    try insertRole(transaction)
    try insertAdministrator(transaction)
  }

  func insertRole(_ transaction: any Transaction) throws {
    try RoleStore().insert(role, transaction)
    try PolicyGrantStore().attach(PlatformPolicies.basicExecution, to: role.uniqueID, transaction)
  }

  func insertAdministrator(_ transaction: any Transaction) throws {
    try PrincipalStore.insert(administrator, path: "/", at: time, in: transaction)
    try AccessKeyStore.insert(key, sealedSecret: sealedSecret, in: transaction)
  }
}
