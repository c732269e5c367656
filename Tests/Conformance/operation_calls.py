"""A call of every operation that is served, on its good path, and those that bring about each error of AWS's models."""

from dataclasses import dataclass, field

from Conformance.absent_errors import FROM_MEMORY, INVOCATIONS
from Conformance.model import operation
from Conformance.test_inputs import LAMBDA, LOGS
from harness.clients import ROLE
from harness.functions import unique_name
from harness.packages import make_zip
from harness.waiting import wait_until

FILES = {"app.py": "def handler(event, context): return event"}
PACKAGE = make_zip(FILES)
LARGER = make_zip({**FILES, "noise": bytes(range(256))})

NOT_FOUND, INVALID = "ResourceNotFoundException", "InvalidParameterValueException"
TOO_LONG = "PolicyLengthExceededException"
CONFLICT, PRECONDITION = "ResourceConflictException", "PreconditionFailedException"


@dataclass
class World:
    """What the calls speak of: a function with the version 1 and the alias live, a layer, a log group with a stream."""

    client: object
    logs: object
    function: str = field(default_factory=unique_name)
    layer: str = field(default_factory=lambda: unique_name("layer"))
    group: str = field(default_factory=lambda: unique_name("/test/group"))
    stream: str | None = None
    """In the function's own group, once it has run."""
    is_broken: bool = False
    """Then nothing can be made any more, and what is there has to do."""

    def build(self):
        # With a variable, so that describing the function takes more than reading a record.
        made = self.client.create_function(**self.new_function(), Environment={"Variables": {"KEY": "value"}})
        self.function, self.arn = made["FunctionName"], made["FunctionArn"]
        self.client.publish_version(FunctionName=self.function)
        self.client.create_alias(FunctionName=self.function, Name="live", FunctionVersion="1")
        published = self.client.publish_layer_version(LayerName=self.layer, Content={"ZipFile": PACKAGE})
        self.layer_version_arn = published["LayerVersionArn"]
        self.client.add_permission(**function(self), **PERMISSION, StatementId="kept")
        self.client.add_layer_version_permission(**layer_version(self), **LAYER_PERMISSION, StatementId="kept")
        self.logs.create_log_group(logGroupName=self.group)
        return self

    def new_function(self):
        return {
            "FunctionName": unique_name(), "Runtime": "python3.11", "Handler": "app.handler", "Role": ROLE,
            "Code": {"ZipFile": PACKAGE},
        }  # fmt: skip

    def snap_started(self, code, awaited):
        """The ARN of a version with snap start, once it has come to that state."""
        members = self.new_function() | {"Code": {"ZipFile": make_zip({"app.py": code})}}
        name = self.client.create_function(**members, SnapStart={"ApplyOn": "PublishedVersions"}, Publish=True)["FunctionName"]
        version = {"FunctionName": name, "Qualifier": "1"}

        def has_come():
            found = self.client.get_function_configuration(**version)
            return found["FunctionArn"] if found["State"] == awaited else None

        return wait_until(has_come, 20, 0.1, what=f"a version that is {awaited}")

    def spare_function(self):
        return self.function if self.is_broken else self.client.create_function(**self.new_function())["FunctionName"]

    def spare_alias(self):
        if self.is_broken:
            return "live"
        name = unique_name("a")
        self.client.create_alias(FunctionName=self.function, Name=name, FunctionVersion="1")
        return name

    def spare_layer_version(self):
        if self.is_broken:
            return 1
        return self.client.publish_layer_version(LayerName=self.layer, Content={"ZipFile": PACKAGE})["Version"]

    def spare_statement(self):
        """The name of one of the function's policy."""
        if self.is_broken:
            return "kept"
        name = unique_name("s")
        self.client.add_permission(**function(self), **PERMISSION, StatementId=name)
        return name

    def spare_layer_statement(self):
        if self.is_broken:
            return "kept"
        name = unique_name("s")
        self.client.add_layer_version_permission(**layer_version(self), **LAYER_PERMISSION, StatementId=name)
        return name

    def function_with_full_policy(self):
        """The name of a function to whose policy no long statement can be added."""
        name = self.spare_function()
        for statement in ("first", "second"):
            self.client.add_permission(FunctionName=name, **PERMISSION, SourceArn=LONG_SOURCE, StatementId=statement)
        return name

    def layer_version_with_full_policy(self):
        version = {"LayerName": self.layer, "VersionNumber": self.spare_layer_version()}
        for number in range(200):
            statement = f"{number:03d}" + "s" * 97
            try:
                self.client.add_layer_version_permission(**version, **LAYER_PERMISSION, StatementId=statement)
            except self.client.exceptions.PolicyLengthExceededException:
                return {**version, "StatementId": "s" * 100}
        raise AssertionError("there is no end to the policy")

    def spare_group(self):
        if self.is_broken:
            return self.group
        name = unique_name("/test/group")
        self.logs.create_log_group(logGroupName=name)
        return name


PERMISSION = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
LAYER_PERMISSION = {"Action": "lambda:GetLayerVersion", "Principal": "111111111111"}
SOURCE = "arn:aws:s3:::bucket"
LONG_SOURCE = SOURCE + "t" * 9900


def function(world):
    return {"FunctionName": world.function}


def live(world):
    return {**function(world), "Name": "live"}


def qualified(world):
    return {**function(world), "Qualifier": "live"}


def provisioned(world):
    """The alias live, by which something is provisioned."""
    if not world.is_broken:
        world.client.put_provisioned_concurrency_config(**qualified(world), ProvisionedConcurrentExecutions=1)
    return qualified(world)


def tagged(world):
    return {"Resource": world.arn}


def layer_version(world):
    return {"LayerName": world.layer, "VersionNumber": 1}


def log_group(world):
    return {"logGroupName": world.group}


GOOD = {
    "AddLayerVersionPermission": lambda w: {**layer_version(w), **LAYER_PERMISSION, "StatementId": unique_name("s")},
    "AddPermission": lambda w: {**function(w), **PERMISSION, "SourceArn": SOURCE, "StatementId": unique_name("s")},
    "CreateAlias": lambda w: {**function(w), "Name": unique_name("a"), "FunctionVersion": "1"},
    "CreateFunction": World.new_function,
    "DeleteAlias": lambda w: {**function(w), "Name": w.spare_alias()},
    "DeleteFunction": lambda w: {"FunctionName": w.spare_function()},
    "DeleteFunctionConcurrency": function,
    "DeleteLayerVersion": lambda w: {"LayerName": w.layer, "VersionNumber": w.spare_layer_version()},
    "DeleteProvisionedConcurrencyConfig": provisioned,
    "GetAccountSettings": lambda w: {},
    "GetAlias": live,
    "GetFunction": function,
    "GetFunctionCodeSigningConfig": function,
    "GetFunctionConcurrency": function,
    "GetFunctionConfiguration": function,
    "GetLayerVersion": layer_version,
    "GetLayerVersionByArn": lambda w: {"Arn": w.layer_version_arn},
    "GetLayerVersionPolicy": layer_version,
    "GetPolicy": function,
    "GetProvisionedConcurrencyConfig": provisioned,
    "Invoke": lambda w: {**function(w), "Payload": b"{}"},
    "InvokeWithResponseStream": lambda w: {**function(w), "Payload": b"{}"},
    "ListAliases": function,
    "ListFunctions": lambda w: {},
    "ListLayerVersions": lambda w: {"LayerName": w.layer},
    "ListLayers": lambda w: {},
    "ListProvisionedConcurrencyConfigs": function,
    "ListTags": tagged,
    "ListVersionsByFunction": function,
    "PublishLayerVersion": lambda w: {"LayerName": w.layer, "Content": {"ZipFile": PACKAGE}},
    "PublishVersion": function,
    "PutFunctionConcurrency": lambda w: {**function(w), "ReservedConcurrentExecutions": 10},
    "PutProvisionedConcurrencyConfig": lambda w: {**qualified(w), "ProvisionedConcurrentExecutions": 1},
    "RemoveLayerVersionPermission": lambda w: {**layer_version(w), "StatementId": w.spare_layer_statement()},
    "RemovePermission": lambda w: {**function(w), "StatementId": w.spare_statement()},
    "TagResource": lambda w: {**tagged(w), "Tags": {"stage": "test"}},
    "UntagResource": lambda w: {**tagged(w), "TagKeys": ["stage"]},
    "UpdateAlias": lambda w: {**live(w), "Description": "d"},
    "UpdateFunctionCode": lambda w: {**function(w), "ZipFile": PACKAGE},
    "UpdateFunctionConfiguration": lambda w: {**function(w), "Description": "d"},
    "CreateLogGroup": lambda w: {"logGroupName": unique_name("/test/group")},
    "DeleteLogGroup": lambda w: {"logGroupName": w.spare_group()},
    "DeleteRetentionPolicy": log_group,
    "DescribeLogGroups": lambda w: {},
    "DescribeLogStreams": log_group,
    "FilterLogEvents": log_group,
    "GetLogEvents": lambda w: {"logGroupName": f"/aws/lambda/{w.function}", "logStreamName": w.stream},
    "PutRetentionPolicy": lambda w: {**log_group(w), "retentionInDays": 7},
}
"""Operation to the members of a call that succeeds."""

CHANGES = {
    ("AddPermission", CONFLICT): {"StatementId": "kept"},
    ("AddPermission", "PublicPolicyException"): {"Principal": "*"},
    ("AddPermission", TOO_LONG): lambda w: {"FunctionName": w.function_with_full_policy(), "SourceArn": LONG_SOURCE},
    ("AddLayerVersionPermission", CONFLICT): {"StatementId": "kept"},
    ("AddLayerVersionPermission", TOO_LONG): World.layer_version_with_full_policy,
    **{
        (name, code): {"VersionNumber": number}
        for name in ("AddLayerVersionPermission", "GetLayerVersionPolicy", "RemoveLayerVersionPermission")
        for code, number in ((INVALID, 0), (NOT_FOUND, 999))
    },
    ("CreateFunction", INVALID): {"Runtime": "nope"},
    ("CreateFunction", CONFLICT): function,
    ("CreateAlias", CONFLICT): live,
    ("DeleteFunction", CONFLICT): lambda w: {**function(w), "Qualifier": "1"},
    ("DeleteLayerVersion", INVALID): {"VersionNumber": 0},
    ("GetLayerVersion", INVALID): {"VersionNumber": 0},
    ("GetLayerVersion", NOT_FOUND): {"VersionNumber": 999},
    ("GetLayerVersionByArn", INVALID): lambda w: {"Arn": w.layer_version_arn.rpartition(":")[0] + ":0"},
    ("GetLayerVersionByArn", NOT_FOUND): lambda w: {"Arn": w.layer_version_arn + "99"},
    ("ListFunctions", INVALID): {"Marker": "made-up"},
    ("ListLayers", INVALID): {"Marker": "made-up"},
    ("ListLayerVersions", INVALID): {"Marker": "made-up"},
    ("GetProvisionedConcurrencyConfig", "ProvisionedConcurrencyConfigNotFoundException"): {"Qualifier": "1"},
    ("PutProvisionedConcurrencyConfig", CONFLICT): lambda w: {**provisioned(w), "Qualifier": "1"},
    ("PublishLayerVersion", INVALID): {"Content": {"ZipFile": b"no zip"}},
    ("Invoke", "InvalidRequestContentException"): {"Payload": b"{"},
    ("InvokeWithResponseStream", "InvalidRequestContentException"): {"Payload": b"{"},
    ("Invoke", "NoPublishedVersionException"): {"Qualifier": "$LATEST.PUBLISHED"},
    ("InvokeWithResponseStream", "NoPublishedVersionException"): {"Qualifier": "$LATEST.PUBLISHED"},
    ("CreateLogGroup", "ResourceAlreadyExistsException"): log_group,
    ("DescribeLogGroups", "InvalidParameterException"): {"nextToken": "!"},
}
"""(operation, error) to the members that replace those of the good call."""

RACES = {("PublishVersion", CONFLICT), ("UpdateFunctionCode", CONFLICT), ("UpdateFunctionConfiguration", CONFLICT)}
"""Errors that come when somebody else changes the function at the same moment."""

BROKEN = {"lambda": "ServiceException", "logs": "ServiceUnavailableException"}
"""What a server says that cannot read its own state any more."""

NO_ROOM = "CodeStorageExceededException"

HOOK = """
import time
from snapshot_restore_py import register_after_restore
@register_after_restore
def hook():
    {}
def handler(event, context): pass
"""
SNAP_STARTS = {
    "SnapStartNotReadyException": ("import time\ntime.sleep(60)", "Pending"),
    CONFLICT: ("raise ValueError", "Failed"),
    "SnapStartException": (HOOK.format("raise ValueError"), "Active"),
    "SnapStartTimeoutException": (HOOK.format("time.sleep(60)"), "Active"),
}
"""Errors of an invocation to code and state of a snap-started version that has them."""

FAILING_STARTS = {
    "InvalidRuntimeException": lambda w: {"FunctionName": w.without_runtime},
    "InvalidZipFileException": lambda w: {"FunctionName": w.without_package},
}
"""Errors of an invocation whose environment cannot be started."""


def service_of(name):
    return "lambda" if name in LAMBDA else "logs"


def documented():
    """(operation, error) of all that is served."""
    for name in [*LAMBDA, *LOGS]:
        yield from ((name, shape.name) for shape in operation(service_of(name), name).error_shapes)


def general_changes(name, code):
    """What brings about an error in the same way for many operations; None for all others."""
    members = operation(service_of(name), name).input_shape.members
    if code == NOT_FOUND and name != "CreateFunction":
        return next((change for member, change in MISSING.items() if member in members), None)
    if code == INVALID:
        return next((change for member, change in MISPLACED.items() if member in members), None)
    if code == "InvalidParameterException" and "logGroupName" in members:
        return {"logGroupName": "a b"}
    return {"RevisionId": "x"} if code == PRECONDITION else None


def other_function(world):
    return world.arn.rpartition(":")[0] + ":no-such-function"


MISSING = {
    "FunctionName": {"FunctionName": "no-such-function"},
    "Resource": lambda w: {"Resource": other_function(w)},
    "logGroupName": {"logGroupName": "/no/such/group"},
}
MISPLACED = {
    "Qualifier": lambda w: {"FunctionName": f"{w.function}:1", "Qualifier": "2"},
    "FunctionName": lambda w: {"FunctionName": f"{w.function}:1"},
    "Resource": lambda w: {"Resource": f"{w.arn}:1"},
}
"""Versions where only functions are meant, or two that are not the same."""


def situation(name, code):
    """(where, change of the good call) for an error that can be brought about; None for any other.

    The places: `world`, as it is; `race`, while another changes the function; `broken`, where the state cannot be read;
    `full`, where no concurrency is left; `stuffed`, where no room for code is left.
    """
    if (name, code) in RACES:
        return "race", {}
    if name in INVOCATIONS and code == "TooManyRequestsException":
        return "full", {}
    if name in INVOCATIONS and code in SNAP_STARTS:
        return "world", lambda w: {"FunctionName": w.snap_started(*SNAP_STARTS[code])}
    if name in INVOCATIONS and code in FAILING_STARTS:
        return "broken", FAILING_STARTS[code]
    if code == BROKEN[service_of(name)] and name not in FROM_MEMORY:
        return "broken", {}
    if code == NO_ROOM:
        return "stuffed", {"ZipFile": LARGER} if name == "UpdateFunctionCode" else {}
    change = CHANGES.get((name, code)) or general_changes(name, code)
    return None if change is None else ("world", change)


def members(name, change, world):
    """Those of the call."""
    return {**GOOD[name](world), **(change(world) if callable(change) else change)}
