"""A second opinion on policies: slow, plain, and written from the rules alone, not from the program.

`decide` takes a case as `redoubt policy check` reads it.
"""

import re

from Policy.callers import Caller, Name
from Policy.conditions import Context
from Policy.statements import Asked

ALLOW, IMPLICIT_DENY, EXPLICIT_DENY = "allow", "implicitDeny", "explicitDeny"
ROLE = re.compile(r"arn:[^:]*:iam::[^:]*:role/.*", re.DOTALL)
KEY = re.compile(r"arn:[^:]*:kms:[^:]*:[^:]*:key/.*", re.DOTALL)
# They belong to no account: no account's guardrails bind them, and only a resource's policy speaks for them.
OUTSIDERS = ("service", "anonymous", "web-identity")
# A user and the sessions of a user or a role; nothing is attached to the root user.
WITH_POLICIES = ("user", "role-session", "federated-user")


def decide(case):
    question = Question(case)
    if question.needs_no_permission():
        return ALLOW
    if question.is_denied():
        return EXPLICIT_DENY
    return ALLOW if question.is_allowed() else IMPLICIT_DENY


class Question:
    """A request with the policies that bind it; lists of policies, and None where there is no such limit."""

    def __init__(self, case):
        request, policies = case["request"], case["policies"]
        context = Context(request["context"])
        self.asked = Asked(request["action"], request["resource"], context)
        self.resource_account = request["resource_account"]
        self.caller = Caller(request["principal"], context)
        self.on_resource = [policies["resource"]] if policies["resource"] else []
        has_policies = self.caller.type in WITH_POLICIES
        self.identity = policies["identity"] if has_policies else []
        self.boundary = [policies["boundary"]] if has_policies and policies["boundary"] else None
        self.session = policies["session"] if has_policies else None
        if self.session is None and self.caller.type == "federated-user":
            self.session = []
        is_free = self.caller.is_service_linked
        self.account_guardrails = [] if is_free or self.caller.type in OUTSIDERS else policies["scps"]
        self.resource_guardrails = [] if is_free else policies["rcps"]

    def needs_no_permission(self):
        if self.asked.action == "sts:getcalleridentity":
            return self.caller.type != "anonymous"
        return self.asked.action == "sts:getsessiontoken" and self.caller.type in ("user", "root")

    def is_denied(self):
        """By any policy of any kind."""
        of_caller = [*self.identity, *(self.boundary or []), *(self.session or []), *sum(self.account_guardrails, [])]
        of_resource = [*self.on_resource, *sum(self.resource_guardrails, [])]
        return self._says("Deny", of_caller) or bool(self._names("Deny", of_resource))

    def is_allowed(self):
        """If nothing denies it."""
        if self._is_never_allowed() or not all(self._says("Allow", level) for level in self.account_guardrails):
            return False
        names = self._names("Allow", self.on_resource)
        is_final = bool(names & {Name.ITSELF, Name.EVERYONE})
        if self.caller.type in OUTSIDERS:
            return is_final
        if self.caller.account != self.resource_account:
            return bool(names) and self._caller_side_allows()
        if is_final or (Name.PARENT in names and self._limits_allow()):
            return True
        return (Name.ACCOUNT in names or not self._resource_must_agree()) and self._caller_side_allows()

    def _is_never_allowed(self):
        """No role is passed to another account, and the root user assumes none."""
        if self.asked.action == "iam:passrole":
            return self.caller.account != self.resource_account
        return self.asked.action == "sts:assumerole" and self.caller.type == "root"

    def _resource_must_agree(self):
        """A role to its being assumed, and a key to its use."""
        if self.asked.action.startswith("sts:"):
            return bool(ROLE.fullmatch(self.asked.resource))
        return self.asked.action.startswith("kms:") and bool(KEY.fullmatch(self.asked.resource))

    def _caller_side_allows(self):
        return self.caller.type == "root" or (self._says("Allow", self.identity) and self._limits_allow())

    def _limits_allow(self):
        limits = [policies for policies in (self.boundary, self.session) if policies is not None]
        return all(self._says("Allow", policies) for policies in limits)

    def _says(self, effect, policies):
        """Of policies on the caller's side: those have no principals."""
        return any(True for policy in policies for _ in self.asked.applying(effect, policy))

    def _names(self, effect, policies):
        """Of policies on the resource's side: all names by which a statement of this effect reaches the caller."""
        names = set()
        for policy in policies:
            for statement in self.asked.applying(effect, policy):
                names |= self.caller.named_by(statement, is_denial=effect == "Deny")
        return names
