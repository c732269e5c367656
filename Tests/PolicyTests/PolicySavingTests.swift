import Policy
import Testing

/// What may be kept, and AWS's sentence for what may not. The sentences are those of IAM's CreatePolicy.
struct PolicySavingTests {
  private func message(_ text: String, as kind: PolicyKind = .identity) -> String? {
    do throws(PolicyError) {
      _ = try PolicyDocument(saving: text.utf8, as: kind)
      return nil
    } catch {
      return error.message
    }
  }

  /// A document with one statement, whose members are given.
  private func document(_ members: String) -> String {
    #"{"Version": "2012-10-17", "Statement": {\#(members)}}"#
  }

  private static let syntax = "Syntax errors in policy."

  @Test(arguments: [
    "", "no json", "[]", "{}", #"{"Version": "2012-10-17"}"#, #"{"Version": "2012-10-17", "Statement": []}"#,
    #"{"Version": "2012-10-17", "Statement": ["x"]}"#,
    #"{"Version": "2013-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    #"{"Version": "2012-10-17", "Id": [], "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    #"{"Version": "2012-10-17", "More": 1, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    #"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
  ]) func `what is no policy`(text: String) {
    #expect(message(text) == Self.syntax)
  }

  @Test(arguments: [
    #""Action": "s3:*", "Resource": "*""#, #""Effect": "Perhaps", "Action": "s3:*", "Resource": "*""#,
    #""Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*""#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "NotResource": "*""#,
    #""Effect": "Allow", "Action": {}, "Resource": "*""#, #""Effect": "Allow", "Action": [[]], "Resource": "*""#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": {"a": "b"}"#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Else": "x""#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": []"#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": "b"}"#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"a": {}}}"#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringMatches": {"a": "1"}}"#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"ForAnyValue::StringEquals": {"a": "1"}}"#,
    #""Effect": "Allow", "Effect": "Deny", "Action": "s3:*", "Resource": "*""#,
    #""Sid": {}, "Effect": "Allow", "Action": "s3:*", "Resource": "*""#,
  ]) func `what is no statement`(members: String) {
    #expect(message(document(members)) == Self.syntax)
  }

  @Test func `a policy of an identity is written in the language of 2012`() {
    let wanted = "Policy document must be version 2012-10-17 or greater."
    let statement = #""Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#
    #expect(message("{\(statement)}") == wanted)
    #expect(message(#"{"Version": "2008-10-17", \#(statement)}"#) == wanted)
    #expect(message(#"{"Version": "2008-10-17", \#(statement)}"#, as: .session) == wanted)
  }

  @Test(arguments: [
    (#""Effect": "Allow", "Resource": "*""#, "Policy statement must contain actions."),
    (#""Effect": "Allow", "Action": [], "Resource": "*""#, "Policy statement must contain actions."),
    (#""Effect": "Allow", "Action": "s3:*""#, "Policy statement must contain resources."),
    (#""Effect": "Allow", "Action": "invalid""#, "Policy statement must contain resources."),
    (#""Effect": "Allow", "Action": "s3:*", "Resource": []"#, "Policy statement must contain resources."),
    (
      #""Effect": "Allow", "Action": "invalid", "Resource": "*""#,
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    ),
    (
      #""Effect": "Allow", "NotAction": "", "Resource": "*""#,
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    ),
    (#""Effect": "Allow", "Action": "a a:List", "Resource": "*""#, "Vendor a a is not valid"),
    (#""Effect": "Allow", "Action": "s3:a:b", "Resource": "*""#, "Actions/Condition can contain only one colon."),
    (#""Effect": "Allow", "Action": "s3:*", "Resource": "bucket""#, #"Resource bucket must be in ARN format or "*"."#),
    (#""Effect": "Allow", "Action": "s:3:*", "Resource": """#, #"Resource  must be in ARN format or "*"."#),
    (
      #""Effect": "Allow", "Action": "s3:*", "Resource": "a:b:c""#,
      #"Partition "b" is not valid for resource "arn:b:c:*:*:*"."#
    ),
    (
      #""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws""#,
      "Resource vendor must be fully qualified and cannot contain regexes."
    ),
    (
      #""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:us-east-1::b""#,
      "Resource arn:aws:s3:us-east-1::b can not contain region information."
    ),
    (
      #""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:iam:us-east-1::user/b""#,
      "IAM resource arn:aws:iam:us-east-1::user/b cannot contain region information."
    ),
    (#""Effect": "denY", "Action": "s3:*", "Resource": "*""#, "The policy failed legacy parsing"),
    (#""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3::b""#, "The policy failed legacy parsing"),
    (#""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws::fdsasf""#, "The policy failed legacy parsing"),
    (
      #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"DateLessThan": {"a": "234-13"}}"#,
      "The policy failed legacy parsing"
    ),
    (
      #""Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*""#,
      "Policy document should not specify a principal."
    ),
  ]) func `what may not be kept of an identity`(members: String, sentence: String) {
    #expect(message(document(members)) == sentence)
  }

  @Test func `an iam resource begins with what it is`() throws {
    let text = document(#""Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam:::example_bucket""#)
    let found = try #require(message(text))
    #expect(found.hasPrefix(#"IAM resource path must either be "*" or start with user/, federated-user/, role/"#))
  }

  @Test func `two statements of one name`() {
    let statement = #"{"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#
    let text = #"{"Version": "2012-10-17", "Statement": [\#(statement), \#(statement)]}"#
    #expect(message(text) == "Statement IDs (SID) in a single policy must be unique.")
  }

  @Test(arguments: [
    #""Effect": "Allow", "Action": "*", "Resource": "*""#,
    #""Effect": "Allow", "Action": "s3:ListBucket", "Resource": ["arn:aws:s3:::b", "*"]"#,
    #""Effect": "Allow", "Action": "iam: as df ", "Resource": "arn:aws:iam::*:user/${aws:username}""#,
    #""Effect": "Allow", "Action": "s3.s-x:*", "Resource": "arn:aws:fdsasf""#,
    #""Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:*""#,
    #""Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:rol*""#,
    #""Effect": "Allow", "NotAction": "s3:*", "NotResource": "*""#,
    #""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"DateGreaterThan": {"a": []}, "Bool": {}}"#,
    #""Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:SecureTransport": false}}"#,
  ]) func `what may be kept of an identity`(members: String) {
    #expect(message(document(members)) == nil)
  }

  @Test(arguments: [
    (#""Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole""#, nil),
    (#""Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": "sts:AssumeRole""#, nil),
    (#""Effect": "Allow", "Action": "sts:AssumeRole""#, "Missing required field Principal"),
    (
      #""Effect": "Allow", "Principal": {}, "Action": "sts:AssumeRole""#,
      "Missing required field Principal cannot be empty!"
    ),
    (
      #""Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*""#,
      "Has prohibited field Resource"
    ),
    (
      #""Effect": "Allow", "Principal": "*", "Action": "s3:*""#,
      "AssumeRole policy may only specify STS AssumeRole actions."
    ),
    (
      #""Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/x*"}, "Action": "sts:AssumeRole""#,
      #"Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/x*""#
    ),
    (
      #""Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole""#,
      "Allow with NotPrincipal is not allowed."
    ),
    (#""Effect": "Allow", "Principal": {"Nobody": "x"}, "Action": "sts:AssumeRole""#, syntax),
    (
      #""Effect": "Allow", "Principal": "*", "NotAction": "sts:AssumeRole""#,
      "AssumeRole policy may only specify STS AssumeRole actions."
    ),
  ]) func `who may be trusted`(members: String, sentence: String?) {
    #expect(message(document(members), as: .trust) == sentence)
  }
}
