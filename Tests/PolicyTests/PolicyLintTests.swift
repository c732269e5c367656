import Policy
import Testing

struct PolicyLintTests {
  private let lint = PolicyLint(knownActions: KnownActions.all)

  private func rules(_ statement: String) throws -> Set<LintRule> {
    let document = try PolicyDocument(
      parsing: #"{"Version": "2012-10-17", "Statement": [{\#(statement)}]}"#.utf8)
    return Set(lint.findings(document).map(\.rule))
  }

  private static let provider = "arn:aws:iam::123456789012:oidc-provider/i.example.com:8443/a"

  @Test(
    arguments: [
      (#"{"StringEquals": {"i.example.com:8443/a:sub": "x"}}"#, false),
      (#"{"StringLike": {"I.example.com:8443/a:SUB": ["repo:x/*", "job-?"]}}"#, false),
      (#"{"StringEqualsIgnoreCase": {"i.example.com:8443/a:sub": "x"}}"#, false),
      (#"{"ForAnyValue:StringEquals": {"i.example.com:8443/a:sub": "x"}}"#, false),
      (#"{"ForAnyValue:StringLike": {"i.example.com:8443/a:sub": "x*"}}"#, false),
      // For whom it is, is not whose.
      (#"{"StringEquals": {"i.example.com:8443/a:aud": "x"}}"#, true),
      (#"{"StringEquals": {"i.example.com:8443/a:oaud": "x"}}"#, true),
      (#"{"StringEquals": {"j.example.com:sub": "x"}}"#, true),
      (#"{"StringEquals": {"i.example.com:8443/a/b:sub": "x"}}"#, true),
      (#"{"StringEquals": {"aws:sub": "x"}}"#, true),
      (#"{"StringNotEquals": {"i.example.com:8443/a:sub": "x"}}"#, true),
      (#"{"StringNotLike": {"i.example.com:8443/a:sub": "x*"}}"#, true),
      (#"{"StringEqualsIfExists": {"i.example.com:8443/a:sub": "x"}}"#, true),
      (#"{"ForAllValues:StringEquals": {"i.example.com:8443/a:sub": "x"}}"#, true),
      (#"{"Null": {"i.example.com:8443/a:sub": "false"}}"#, true),
      (#"{"StringLike": {"i.example.com:8443/a:sub": "*"}}"#, true),
      (#"{"StringLike": {"i.example.com:8443/a:sub": ["x", "?*"]}}"#, true),
      (#"{"ForAnyValue:StringLike": {"i.example.com:8443/a:sub": "**"}}"#, true),
    ])
  func `only who is asked for a sub of the provider is somebody`(condition: String, isFinding: Bool) throws {
    let members = [
      #""Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity""#,
      #""Principal": {"Federated": "\#(Self.provider)"}"#, #""Condition": \#(condition)"#,
    ]
    #expect(try rules(members.joined(separator: ",")).contains(.unscopedIdentity) == isFinding)
  }

  @Test(
    arguments: [
      (#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/*""#, [.anyAction]),
      (#""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*""#, [.anyActionOfService]),
      (#""Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "*""#, [.anyResource]),
      (#""Effect": "Allow", "Action": ["s3:GetObject", "lambda:ListFunctions"], "Resource": "*""#, []),
      (#""Effect": "Allow", "NotAction": "s3:*", "Resource": "arn:aws:s3:::b""#, [.allowAllBut]),
      (#""Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b""#, [.allowAllBut]),
      (#""Effect": "Deny", "NotAction": "s3:*", "NotResource": "*""#, []),
      (#""Effect": "Deny", "Action": "*", "Resource": "*""#, []),
      (
        #""Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "s3:*", "Resource": "*""#,
        [.notPrincipal]
      ),
      (
        #""Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*""#,
        [.publicAccess]
      ),
      (
        #""Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
        []
      ),
      (
        #""Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f""#,
        [.unscopedService]
      ),
      (
        #""Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:*:123456789012:t"}}"#,
        []
      ),
      (#""Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole""#, []),
      (
        #""Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/i.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"Null": {"aws:FederatedProvider": "false"}}"#,
        [.unscopedIdentity]
      ),
      (
        #""Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/i.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"I.example.com:Sub": "a"}}"#,
        []
      ),
      (
        #""Effect": "Deny", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/i.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity""#,
        []
      ),
      (
        #""Effect": "Allow", "Action": "lambda:InvokeFuntion", "Resource": "arn:aws:lambda:*:*:function:f""#,
        [.unknownAction]
      ),
      (#""Effect": "Allow", "Action": "lambda:*Function", "Resource": "arn:aws:lambda:*:*:function:f""#, []),
      (#""Effect": "Allow", "Action": "nosuch:Thing", "Resource": "arn:aws:nosuch:::x""#, []),
      (
        #""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringMatches": {"a": "b"}}"#,
        [.unknownOperator]
      ),
      (
        #""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "b"}}"#,
        [.setOperator]
      ),
      (
        #""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "b"}, "Null": {"aws:TagKeys": "false"}}"#,
        []
      ),
      (
        #""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:Referer": "https://a/*"}}"#,
        [.spoofableKey]
      ),
    ] as [(String, Set<LintRule>)]) func `a statement has what it has`(statement: String, expected: Set<LintRule>)
    throws
  {
    #expect(try rules(statement) == expected)
  }

  @Test func `actions of several statements make a way to more rights`() throws {
    let document = try PolicyDocument(
      parsing: """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "*"},
          {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:*:*:function:*"}
        ]}
        """.utf8)
    let found = lint.findings(document).filter { $0.rule == .escalation }
    #expect(found.count == 1)
    #expect(found.first?.statement == nil)
    #expect(
      found.first?.message.hasPrefix("iam:PassRole with lambda:CreateFunction with lambda:InvokeFunction ") == true)
  }

  @Test(arguments: [
    #"{"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "arn:aws:iam::123456789012:user/one"}"#,
    #"{"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*", "Condition": {"StringEquals": {"a": "b"}}}"#,
    #"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#,
    #"{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}"#,
  ]) func `what is bounded or denied is no way to more rights`(statements: String) throws {
    let document = try PolicyDocument(parsing: #"{"Version": "2012-10-17", "Statement": [\#(statements)]}"#.utf8)
    #expect(!lint.findings(document).contains { $0.rule == .escalation })
  }

  @Test func `an administrator has every way`() throws {
    let document = try PolicyDocument(
      parsing: #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#.utf8)
    #expect(lint.findings(document).count { $0.rule == .escalation } == 22)
  }
}
