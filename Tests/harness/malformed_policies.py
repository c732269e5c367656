"""Texts that are no policies of identities, and AWS's sentence for each. Tests/PolicyTests has more of them."""

import json

from harness.identities import allow, document

MALFORMED = [
    ("no json", "Syntax errors in policy."),
    ("{}", "Syntax errors in policy."),
    ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "Syntax errors in policy."),
    (json.dumps({"Version": "2012-10-17", "Statement": []}), "Syntax errors in policy."),
    (json.dumps({"Statement": [allow("s3:*")]}), "Policy document must be version 2012-10-17 or greater."),
    (document({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
    (document({"Effect": "Allow", "Action": "s3:*"}), "Policy statement must contain resources."),
    (
        document(allow("ListBucket")),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
    (document(allow("s3:*", on="bucket")), 'Resource bucket must be in ARN format or "*".'),
    (document(allow("s3:*", Principal="*")), "Policy document should not specify a principal."),
    (
        document(allow("s3:*", Sid="a"), allow("iam:*", Sid="a")),
        "Statement IDs (SID) in a single policy must be unique.",
    ),
    (document({**allow("s3:*"), "Effect": "allow"}), "The policy failed legacy parsing"),
    (document(allow("s3:*", Condition={"NoSuchOperator": {"aws:username": "x"}})), "Syntax errors in policy."),
]
