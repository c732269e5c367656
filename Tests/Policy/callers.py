"""Who asks, and by which of their names a policy's Principal block reaches them."""

from enum import Enum, auto

from Policy.conditions import listed


class Name(Enum):
    EVERYONE = auto()
    ITSELF = auto()
    # The role of a session, or the user who federated.
    PARENT = auto()
    ACCOUNT = auto()


NOBODY, ANYBODY = frozenset(), frozenset([Name.EVERYONE])
WITH_ACCOUNT = ("user", "role-session", "federated-user", "root")
SERVICE_LINKED = ":role/aws-service-role/"


class Caller:
    """`names` has what the caller is called, as (kind of principal, text) for each way to be named."""

    def __init__(self, principal, context):
        self.type = principal["type"]
        self.account = principal.get("account") if self.type in WITH_ACCOUNT else None
        self.is_service_linked = SERVICE_LINKED in principal.get("role_arn", "")
        self.names = _names(principal, _unique_id(context))
        if self.account is not None:
            self.names[Name.ACCOUNT] = {("AWS", self.account), ("AWS", f"arn:aws:iam::{self.account}:root")}

    def named_by(self, statement, is_denial):
        """The names by which the statement reaches the caller; none if it does not."""
        if "Principal" in statement:
            return self._names_in(statement["Principal"])
        if "NotPrincipal" not in statement:
            return ANYBODY if is_denial else NOBODY
        excepted = self._names_in(statement["NotPrincipal"])
        is_spared = self._is_wholly(excepted) if is_denial else bool(excepted)
        return NOBODY if is_spared else ANYBODY

    def _names_in(self, block):
        written = {("AWS", "*")} if block == "*" else _entries(block)
        found = {name for name, texts in self.names.items() if texts & written}
        return found | ANYBODY if ("AWS", "*") in written else found

    def _is_wholly(self, excepted):
        """A denial spares a caller only if all that the caller is has been left out of it."""
        return Name.EVERYONE in excepted or (bool(self.names) and excepted >= self.names.keys())


def _entries(block):
    return {(kind, text) for kind, texts in block.items() for text in listed(texts)}


def _unique_id(context):
    """Of the user, or of the session's role; empty if the request does not tell it."""
    name = (context.variable("aws:userid") or "").partition(":")[0]
    return {("AWS", name)} if name.startswith(("AIDA", "AROA")) else set()


def _names(principal, unique_id):
    """All but the account. It is the root user's only name, and an anonymous caller has none at all."""
    match principal["type"]:
        case "user":
            return {Name.ITSELF: {("AWS", principal["arn"]), *unique_id}}
        case "role-session":
            role = {("AWS", principal["role_arn"]), *unique_id}
            return {Name.ITSELF: {("AWS", principal["arn"])}, Name.PARENT: role}
        case "federated-user":
            parent = {Name.PARENT: {("AWS", principal["user_arn"])}} if principal.get("user_arn") else {}
            return {Name.ITSELF: {("AWS", principal["arn"])}, **parent}
        case "service":
            return {Name.ITSELF: {("Service", principal["service"])}}
        case "web-identity":
            return {Name.ITSELF: {("Federated", principal["arn"])}}
    return {}
