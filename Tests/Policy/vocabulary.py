"""The few words of which random cases are made: so few that names meet, and that a wildcard finds something."""

HERE, THERE, ELSEWHERE = "111111111111", "222222222222", "333333333333"
SERVICES = ["lambda.amazonaws.com", "sns.amazonaws.com"]
PROVIDERS = [f"arn:aws:iam::{HERE}:oidc-provider/{name}.example" for name in ("issuer", "other")]
USER_ID, OTHER_USER_ID = "AIDAEXAMPLEEXAMPLE001", "AIDAEXAMPLEEXAMPLE002"
ROLE_ID, OTHER_ROLE_ID = "AROAEXAMPLEEXAMPLE001", "AROAEXAMPLEEXAMPLE002"

# What is asked for: (actions, resources) that go together.
OBJECT_ACTIONS = ["s3:GetObject", "s3:PutObject", "S3:getobject", "s3:GetObjectAcl"]
OBJECTS = [
    "arn:aws:s3:::bucket/alice/x", "arn:aws:s3:::bucket/bob/x", "arn:aws:s3:::bucket/key", "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket//x", "arn:aws:s3:::bucket/${aws:username}/x", "arn:aws:s3:::bucket/a:b/x",
    "arn:aws:s3:::other", "arn:aws:s3:::bucket/red", "arn:aws:s3:::bucket/*?$", "arn:aws:s3:::bucket/none",
    "arn:aws:s3:::bucket/\u00e9", "arn:aws:s3:::bucket/e\u0301", "arn:aws:s3:::bucket/a\r\nb",
]  # fmt: skip
FUNCTIONS = [
    "arn:aws:lambda:us-east-1:111111111111:function:f", "arn:aws:lambda:us-east-1:111111111111:function:f:prod",
    "arn:aws:lambda:us-east-1:111111111111:function:x-prod", "arn:aws:lambda:eu-west-1:222222222222:function:alice",
]  # fmt: skip
ROLES = [
    "arn:aws:iam::111111111111:role/app", "arn:aws:iam::222222222222:role/app", "arn:aws:iam::111111111111:role/p/x",
]  # fmt: skip
KEYS = ["arn:aws:kms:us-east-1:111111111111:key/1234", "arn:aws:kms:us-east-1:222222222222:key/abcd"]
ASKED = [
    *[(OBJECT_ACTIONS, OBJECTS)] * 10,
    *[(["lambda:InvokeFunction", "lambda:GetFunction"], FUNCTIONS)] * 4,
    *[(["sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity"], ROLES)] * 3,
    *[(["kms:Decrypt", "kms:Encrypt", "KMS:decrypt"], KEYS)] * 3,
    (["iam:PassRole", "iam:GetRole"], ROLES),
    (["kms:ListKeys", "s3:ListAllMyBuckets"], ["*"]),
    (["sts:GetFederationToken", "sts:AssumeRole"], ["arn:aws:iam::111111111111:user/alice"]),
    (["kms:CreateAlias"], ["arn:aws:kms:us-east-1:111111111111:alias/a"]),
    (["sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetSessionToken"], ["*"]),
]

# What policies say of it, besides the very action and resource.
ACTION_PATTERNS = ["*", "s3:*", "s3:Get*", "S3:GETOBJECT", "lambda:*", "*:Get*", "s3:?etObject", "iam:*", "s3:*Acl"]
RESOURCE_PATTERNS = [
    "*", "*", "arn:aws:s3:::bucket/*", "arn:aws:s3:::*", "arn:aws:s3:::bucket/${aws:username}/*",
    "arn:aws:s3:::Bucket/*", "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'none'}",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team}", "arn:aws:s3:::bucket/${*}", "arn:aws:s3:::bucket/${*}${?}${$}",
    "arn:aws:s3:::bucket/${aws:TagKeys}", "arn:aws:s3:::bucket/${aws:TagKeys, 'key'}",
    "arn:aws:s3:::bucket/?${AWS:username}", "arn:aws:s3:${aws:region}::*", "arn:aws:s3:::bucket/*/x",
    "arn:aws:s3:::bucket/???", "arn:aws:s3:::bucket/?", "arn:aws:s3:::bucket/\u00e9", "arn:aws:s3:::bucket/a??b",
    "arn:aws:s3:::bucket/a?b/x", "arn:aws:s3:${k}::bucket/*", "arn:*:x", "arn:aws:s3", "arn:aws:*", "arn:aws:*:*:*:*",
    "a*", "arn:aws:lambda:us-east-1:111111111111:function:*", "arn:aws:lambda:*:function:*-prod", "arn:*:function:?",
    "arn:aws:lambda:*:*:function:f?prod", "arn:aws:lambda:us-east-1:111111111111:function:?:prod",
    "arn:aws:lambda:us-east-?:*:function:f*", "arn:aws:lambda:*:*:function:${aws:username}",
    "arn:aws:lambda:*:f*:prod", "arn:aws:lambda:us-east-1:111111111111:function:f:*",
    "arn:aws:lambda:us-east-1:111111111111:function:*d", "arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/app",
    "arn:aws:iam::111111111111:role/${aws:username}", "arn:aws:kms:*:key/*",
    "arn:aws:kms:us-east-1:111111111111:key/1234",
]  # fmt: skip
PATTERNS_OF_SERVICE = {
    service: [pattern for pattern in RESOURCE_PATTERNS if f":{name}:" in pattern or not pattern.startswith("arn:aws:")]
    for service, name in {"s3": "s3", "lambda": "lambda", "sts": "iam", "iam": "iam", "kms": "kms"}.items()
}
PRINCIPALS = [
    HERE, THERE, ELSEWHERE, "*", USER_ID, ROLE_ID, OTHER_ROLE_ID, "arn:aws:iam::111111111111:user/*",
    "arn:aws:iam::111111111111:user/alice", "arn:aws:iam::222222222222:user/alice",
    "arn:aws:iam::111111111111:role/app", "arn:aws:sts::111111111111:assumed-role/app/run",
    "arn:aws:sts::111111111111:federated-user/fay",
]  # fmt: skip

# Values of condition keys by type: what the request may have, and what a policy may ask for.
TEXTS = ["alice", "alice", "Alice", "bob", "red", "*", "al*", "a", "", "\u00e9", "e\u0301", "${aws:username}"]
TEXT_PATTERNS = [
    "alice", "ALICE", "bob", "red", "al*", "?lice", "*", "", "${aws:username}", "${aws:PrincipalTag/team, 'red'}",
    "${*}", "al${*}", "${aws:TagKeys}", "*${aws:username}*", "${aws:username}", "a", "b", "${?}lice", "\u00e9", "?",
    "??", "${$}{aws:username}", "${aws:PrincipalTag/team, 'al*'}", "${aws:nobody}", "${aws:TagKeys, 'red'}",
    "${k, '\u00e9'}",
]  # fmt: skip
NUMBERS = ["9", "10", "10.0", "-1", "9.5", "0", 10, 9, "many", "", "12x"]
DATES = [
    "2026-06-30T00:00:00Z", "2026-06-30T02:00:00+02:00", "2026-06-29T23:59:59Z", "2026-06-30", "1782777600",
    1782777600, "2026-06-30T00:00:00.5Z", "2026-06-31", "yesterday", "1782777599", "2026-06-30T00:00:00-01:00",
    "2026-06", "2026", "2026-06-30T00:00Z", "-1",
]  # fmt: skip
TRUTHS = ["true", "false", True, False, "yes", ""]
BYTES = ["QUJD", "QUI=", "QQ==", "QQ", "QU*JD", "QUJE"]
ADDRESSES = [
    "203.0.113.7", "203.0.113.128", "192.0.2.1", "2001:db8::1", "2001:DB8:0:0::2", "here", "", "203.0.113.0/24",
]  # fmt: skip
RANGES = [
    "203.0.113.7", "203.0.113.0/24", "203.0.113.0/25", "0.0.0.0/0", "::/0", "2001:db8::/64", "2001:db8::1",
    "203.0.113.0/33", "203.0.113.9/28", "203.0.113.9/24", "nowhere", "2001:db8::2/127", "203.0.113.7/32",
]  # fmt: skip
ARNS = [
    "arn:aws:sns:us-east-1:111111111111:topic", "arn:aws:sns:us-east-1:222222222222:topic", "topic", "a:b:c:d:e:f",
    "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:111111111111:function:f:prod",
    "arn:aws:iam::111111111111:user/alice", "arn:aws:iam::222222222222:user/alice", "arn:aws:s3", "",
]  # fmt: skip
ARN_PATTERNS = [
    "*", "arn:aws:sns:*:*:*", "arn:aws:sns:us-east-1:111111111111:topic", "arn:aws:s*:topic", "arn:aws:s?s:*:1*:t*",
    "arn:*", "arn:aws:s3:::bucket", "arn:aws:s3:::*", "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:sns:*:${aws:x}:topic", "arn:aws:lambda:*:*:function:*", "arn:aws:lambda:*:*:*:prod",
    "arn:aws:iam::*:user/${aws:PrincipalTag/team, 'alice'}", "arn:aws:sns:*:*:${*}", "arn:aws:sns", "topic",
    "arn:aws:iam::111111111111:user/a?ice", "arn:aws:iam::*:user/${aws:x}",
]  # fmt: skip

STRING_OPERATORS = [
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", "stringequals", "STRINGLIKE",
]  # fmt: skip
NUMERIC_OPERATORS = [
    "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
    "NumericGreaterThanEquals",
]  # fmt: skip
DATE_OPERATORS = [name.replace("Numeric", "Date") for name in NUMERIC_OPERATORS]
ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]
UNKNOWN_OPERATORS = ["StringMatches", "NullIfExists", "BinaryNotEquals", "ForSomeValues:StringEquals", "BoolNotEquals"]

# (keys, operators, values of the request, values of the policy)
CONDITIONS = [
    *[(["aws:username", "aws:PrincipalTag/team", "k"], STRING_OPERATORS, TEXTS, TEXT_PATTERNS)] * 2,
    *[(["aws:TagKeys", "aws:CalledVia"], STRING_OPERATORS, TEXTS, TEXT_PATTERNS)] * 2,
    (["s3:max-keys", "aws:MultiFactorAuthAge"], NUMERIC_OPERATORS, NUMBERS, NUMBERS),
    (["aws:CurrentTime", "aws:TokenIssueTime"], DATE_OPERATORS, DATES, DATES),
    (["aws:SecureTransport", "aws:MultiFactorAuthPresent"], ["Bool"], TRUTHS, TRUTHS),
    (["aws:blob"], ["BinaryEquals"], BYTES, BYTES),
    (["aws:SourceIp", "aws:VpcSourceIp"], ["IpAddress", "NotIpAddress"], ADDRESSES, RANGES),
    *[(["aws:SourceArn", "aws:PrincipalArn"], ARN_OPERATORS, ARNS, ARN_PATTERNS)] * 2,
]
LISTS = ("aws:TagKeys", "aws:CalledVia")
VALUES = {key: values for keys, _, values, _ in CONDITIONS for key in keys}
