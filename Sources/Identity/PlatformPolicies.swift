import Core
import Cryptography

/// The policies that every account finds under AWS's ARNs, in Redoubt's own texts.
package enum PlatformPolicies {
  package struct Entry: Sendable {
    package let name: String
    package let path: String
    package let description: String
    package let document: String

    package var arn: String { "arn:aws:iam::aws:policy\(path)\(name)" }
  }

  static let administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess"
  static let basicExecution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

  /// When they came into being: with the first version that has them.
  static let createdAt = WallTime(seconds: 1_764_115_200)

  package static func find(_ arn: String) -> Entry? { entries.first { $0.arn == arn } }

  package static let entries: [Entry] = [
    Entry("AdministratorAccess", "Everything in the account.", allow(["*"])),
    Entry(
      "AWSLambdaBasicExecutionRole", path: "/service-role/", "Writes a function's logs.",
      allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])),
    Entry(
      "AWSLambdaSQSQueueExecutionRole", path: "/service-role/", "Takes messages off queues and writes logs.",
      allow([
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "logs:CreateLogGroup",
        "logs:CreateLogStream", "logs:PutLogEvents",
      ])),
    Entry("AWSLambda_FullAccess", "Everything of Lambda, with its logs and roles to pass to it.", lambdaFull),
    Entry(
      "AWSLambda_ReadOnlyAccess", "Reads what Lambda and its logs hold.",
      allow([
        "lambda:Get*", "lambda:List*", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:FilterLogEvents",
        "logs:GetLogEvents", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:ListRoles",
      ])),
    Entry("IAMFullAccess", "Everything of IAM.", allow(["iam:*"])),
    Entry("IAMReadOnlyAccess", "Reads what IAM holds.", allow(["iam:Get*", "iam:List*", "iam:Simulate*"])),
    Entry(
      "ReadOnlyAccess", "Reads everything that is no secret.",
      allow(["iam:Get*", "iam:List*", "lambda:Get*", "lambda:List*", "logs:Describe*", "logs:Filter*", "logs:Get*"])),
  ]

  private static let lambdaFull = """
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["lambda:*", "logs:DescribeLogGroups", "logs:DescribeLogStreams", \
    "logs:FilterLogEvents", "logs:GetLogEvents", "iam:GetRole", "iam:ListRoles"], "Resource": "*"},
      {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", \
    "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}
    ]}
    """

  private static func allow(_ actions: [String]) -> String {
    let list = actions.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [\(list)], "Resource": "*"}]}
      """
  }
}

extension PlatformPolicies.Entry {
  fileprivate init(_ name: String, path: String = "/", _ description: String, _ document: String) {
    self.init(name: name, path: path, description: description, document: document)
  }

  var policy: ManagedPolicy {
    ManagedPolicy(
      arn: arn, name: name, path: path, uniqueID: "ANPA" + Self.letters(name), description: description,
      createdAt: PlatformPolicies.createdAt, updatedAt: PlatformPolicies.createdAt, defaultVersion: 1)
  }

  var version: ManagedPolicyVersion {
    ManagedPolicyVersion(number: 1, document: document, isDefault: true, createdAt: PlatformPolicies.createdAt)
  }

  /// Sixteen characters that are always the same for a name.
  private static func letters(_ name: String) -> String {
    Base32.text(Array(Hashing.sha256(name.utf8).bytes.prefix(10)))
  }
}
