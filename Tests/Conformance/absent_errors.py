"""Errors that AWS's models name for operations which are served, and why Redoubt has no way to give them."""

from typing import NamedTuple

INVOCATIONS = {"Invoke", "InvokeWithResponseStream"}

FROM_MEMORY = {
    "GetAlias", "GetFunctionCodeSigningConfig", "GetFunctionConcurrency", "GetProvisionedConcurrencyConfig",
    "ListAliases", "ListProvisionedConcurrencyConfigs", "ListTags",
}  # fmt: skip
"""Operations that neither read the disk nor open anything sealed."""


class Absent(NamedTuple):
    reason: str
    codes: tuple
    operations: frozenset | None = None
    """None for all that have one of the codes."""
    excepted: frozenset = frozenset()

    def covers(self, operation, code):
        return code in self.codes and operation not in self.excepted and operation in (self.operations or {operation})


def absent(reason, *codes, of=None, excepted=()):
    return Absent(reason, codes, None if of is None else frozenset(of), frozenset(excepted))


LAMBDA = [
    absent(
        "the rate of control operations is not limited; a server that is full says ServiceUnavailableException (503)",
        "TooManyRequestsException", excepted=INVOCATIONS,
    ),
    absent("answered from memory: there is nothing that could fail", "ServiceException", of=FROM_MEMORY),
    absent("to take a statement away lets nobody in", "PublicPolicyException", of=("RemovePermission",)),
    absent("there is no limit of aliases", "AliasLimitExceededException"),
    absent(
        "there are no code signing configurations: CodeSigningConfigArn is refused by name",
        "CodeSigningConfigNotFoundException", "CodeVerificationFailedException", "InvalidCodeSignatureException",
    ),
    absent(
        "there are no capacity providers: CapacityProviderConfig is refused by name",
        "FunctionVersionsPerCapacityProviderLimitExceededException",
    ),
    absent("the one quota of an invocation, concurrency, is TooManyRequestsException", "ServiceQuotaExceededException"),
    absent(
        "changes of one function are made one after the other, and this one does not rest on what was read before",
        "ResourceConflictException",
        of=(
            "DeleteAlias", "DeleteFunctionConcurrency", "DeleteProvisionedConcurrencyConfig", "PutFunctionConcurrency",
            "RemoveLayerVersionPermission", "TagResource", "UntagResource", "UpdateAlias",
        ),
    ),
    absent(
        "a layer that is not there is InvalidParameterValueException, as at AWS; nothing else is named that could be missing",
        "ResourceNotFoundException", of=("CreateFunction",),
    ),
    absent("to delete what is not there is no error, as at AWS", "ResourceNotFoundException", of=("DeleteLayerVersion",)),
    absent("a layer that is not there has no versions, as at AWS", "ResourceNotFoundException", of=("ListLayerVersions",)),
    absent("the content comes in the request", "ResourceNotFoundException", of=("PublishLayerVersion",)),
    absent("clients of AWS see RequestEntityTooLargeException, and so do Redoubt's", "RequestTooLargeException"),
    absent("a request has one limit, which holds for its bytes", "SerializedRequestEntityTooLargeException"),
    absent("the payload is JSON whatever Content-Type says: boto3 sends none", "UnsupportedMediaTypeException"),
    absent("every function can be invoked in each of the modes that are served", "ModeNotSupportedException"),
    absent("nothing that Redoubt serves invokes functions of its own accord", "RecursiveInvocationException"),
    absent("there are no durable functions: DurableConfig is refused by name", "DurableExecutionAlreadyStartedException"),
    absent(
        "no runtime is pinned to a version of its own: RuntimeConfig is refused by name",
        "RuntimeAliasDeletedException", "RuntimeVersionDeletedException",
    ),
    absent(
        "code has no user that would be provided later: a function's environments have theirs from the start",
        "CodeArtifactUserDeletedException", "CodeArtifactUserFailedException", "CodeArtifactUserPendingException",
    ),
    absent(
        "functions are in no VPC: VpcConfig is refused by name",
        "EC2AccessDeniedException", "EC2ThrottledException", "EC2UnexpectedException", "ENILimitReachedException",
        "ENINotReadyException", "InvalidSecurityGroupIDException", "InvalidSubnetIDException",
        "ResourceNotReadyException", "SubnetIPAddressLimitReachedException",
    ),
    absent(
        "there are no shared file systems: FileSystemConfigs is refused by name",
        "EFSIOException", "EFSMountConnectivityException", "EFSMountFailureException", "EFSMountTimeoutException",
        "S3FilesMountConnectivityException", "S3FilesMountFailureException", "S3FilesMountTimeoutException",
    ),
    absent(
        "keys of the account are the server's own: KMSKeyArn is refused by name",
        "KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException",
    ),
    absent(
        "every environment of a snap-started version is initialised anew: there is no snapshot that would be made again",
        "SnapStartRegenerationFailureException",
    ),
]  # fmt: skip

LOGS = [
    absent("changes are made one after the other", "OperationAbortedException"),
    absent("there is no limit of log groups", "LimitExceededException"),
    absent("a log group cannot be protected from deletion", "ValidationException", of=("DeleteLogGroup",)),
]

IAM = [
    absent("changes are made one after the other", "ConcurrentModificationException"),
    absent("there are no policies that only some service's own role may have", "PolicyNotAttachableException"),
    absent(
        "quotas are of what is made, put or attached: this operation does none of it", "LimitExceededException",
        of=(
            "DeleteAccessKey", "DeletePolicy", "DeletePolicyVersion", "DeleteUser", "DeleteUserPolicy",
            "DetachUserPolicy", "SetDefaultPolicyVersion", "UpdateAccessKey", "DeleteGroup", "DeleteGroupPolicy",
            "DetachGroupPolicy", "RemoveUserFromGroup", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy",
            "DeleteAccountAlias", "UpdateGroup", "UpdateUser",
        ),
    ),
    absent(
        "a quota of 300 groups or 1,000 roles is the same code as that of 5,000 users, which is driven",
        "LimitExceededException", of=("CreateGroup",),
    ),
    absent(
        "a value out of its constraints is ValidationError, as at AWS; InvalidInput is for tags and for documents of questions",
        "InvalidInputException",
        excepted=(
            "CreatePolicy", "CreateRole", "CreateUser", "SimulateCustomPolicy", "SimulatePrincipalPolicy", "TagPolicy",
            "TagRole", "TagUser", "GenerateServiceLastAccessedDetails", "ListPoliciesGrantingServiceAccess",
            "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy", "CreateOpenIDConnectProvider",
            "TagOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint",
        ),
    ),
    absent("a group needs nothing that could be missing", "NoSuchEntityException", of=("CreateGroup",)),
    absent("an account has one alias, and a new one takes its place", "LimitExceededException", of=("CreateAccountAlias",)),
    absent("a report is made as often as it is asked for", "LimitExceededException", of=("GenerateCredentialReport",)),
    absent("a report is ready when the call that makes it is answered", "CredentialReportNotReadyException"),
    absent(
        "driven in Tests/Integration/test_credential_reports.py, on a server of its own",
        "CredentialReportNotPresentException", "CredentialReportExpiredException",
    ),
    absent("a user can be changed as soon as it is there", "EntityTemporarilyUnmodifiableException"),
    absent(
        "to delete what is not there is no error, as AWS documents it", "NoSuchEntityException",
        of=("DeleteOpenIDConnectProvider",),
    ),
    absent("an issuer is asked for its keys when a token comes", "OpenIdIdpCommunicationErrorException"),
    absent("there are no roles that belong to a service", "UnmodifiableEntityException"),
    absent("the evaluator answers every question that can be read", "PolicyEvaluationException"),
]  # fmt: skip

STS = [
    absent("there is one region", "RegionDisabledException"),
    absent(
        "tokens of AWS's own identity centre are refused by name: ProvidedContexts", "ExpiredTokenException",
        of=("AssumeRole",),
    ),
    absent("no provider is asked about claims: the token says them all", "IDPRejectedClaimException"),
]

ABSENT = {"lambda": LAMBDA, "logs": LOGS, "iam": IAM, "sts": STS}


def reasons(service, operation, code):
    return [entry for entry in ABSENT[service] if entry.covers(operation, code)]
