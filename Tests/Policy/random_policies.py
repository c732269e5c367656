"""Random policies about one request: half of what they say is about it, the rest about anything."""

from Policy import vocabulary as words

FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
KINDS = {"service": "Service", "web-identity": "Federated"}
VERSIONS = [*[{"Version": "2012-10-17"}] * 5, {"Version": "2008-10-17"}, {}]


class RandomPolicies:
    def __init__(self, source, request):
        self._source, self._pick = source, source.choice
        self._action, self._resource = request["action"], request["resource"]
        self._service = self._action.partition(":")[0]
        self._caller, self._context = request["principal"], request["context"]

    def policy(self):
        """For the caller's side."""
        return self._document(dict, full=0.35)

    def resource_policy(self):
        return self._document(self._principals, full=0.1)

    def _document(self, principals, full):
        if self._happens(full):
            statements = [{**FULL, **principals()}]
        else:
            statements = [self._statement(principals()) for _ in range(self._pick([1, 1, 2, 3]))]
        is_alone = len(statements) == 1 and self._happens(0.2)
        return {**self._pick(VERSIONS), "Statement": statements[0] if is_alone else statements}

    def _statement(self, principals):
        """A good part hangs on the condition alone."""
        effect = {"Effect": "Deny" if self._happens(0.27) else "Allow"}
        if self._happens(0.35):
            return {**FULL, **effect, **principals, "Condition": self._condition()}
        condition = {"Condition": self._condition()} if self._happens(0.3) else {}
        return {**effect, **principals, **self._actions(), **self._resources(bool(principals)), **condition}

    def _happens(self, share):
        return self._source.random() < share

    def _some(self, pick):
        """One, or a list."""
        return pick() if self._happens(0.6) else [pick() for _ in range(self._pick([1, 2, 2, 3]))]

    def _actions(self):
        return {"NotAction" if self._happens(0.15) else "Action": self._some(self._action_pattern)}

    def _action_pattern(self):
        if self._happens(0.7):
            return self._pick([self._action, self._action.upper(), self._service + ":*", "*"])
        return self._pick(words.ACTION_PATTERNS)

    def _resources(self, is_on_resource):
        if self._happens(0.2 if is_on_resource else 0.05):
            return {}
        return {"NotResource" if self._happens(0.2) else "Resource": self._some(self._resource_pattern)}

    def _resource_pattern(self):
        if self._happens(0.55):
            return self._pick([self._resource, "*"])
        if self._happens(0.7):
            return self._pick(words.PATTERNS_OF_SERVICE.get(self._service.lower(), ["*"]))
        return self._pick(words.RESOURCE_PATTERNS)

    def _principals(self):
        block = self._pick(["*", {"AWS": "*"}]) if self._happens(0.25) else self._named_principals()
        return {"NotPrincipal" if self._happens(0.2) else "Principal": block}

    def _named_principals(self):
        kind = KINDS.get(self._caller["type"], "AWS")
        if self._happens(0.1):
            kind = self._pick(["AWS", "Service", "Federated"])
        block = {kind: self._some(lambda: self._principal(kind))}
        return {"Service": self._pick(words.SERVICES), **block} if self._happens(0.15) else block

    def _principal(self, kind):
        if kind == "AWS":
            return self._pick(self._own_names() if self._happens(0.75) else words.PRINCIPALS)
        names = words.SERVICES if kind == "Service" else words.PROVIDERS
        return self._pick(names if kind == KINDS.get(self._caller["type"]) else [*names * 4, "*"])

    def _own_names(self):
        account = self._caller.get("account", words.HERE)
        arns = [self._caller[name] for name in ("arn", "arn", "role_arn", "user_arn") if name in self._caller]
        unique_id = self._context.get("aws:userid", account).partition(":")[0]
        return [account, f"arn:aws:iam::{account}:root", *arns, unique_id]

    def _condition(self):
        block = {}
        for _ in range(self._pick([1, 1, 1, 2, 3])):
            operator, key, patterns = self._comparison()
            keys = block.setdefault(operator, {})
            if self._happens(0.95):
                keys[self._cased(key)] = self._some(lambda: self._pattern(key, patterns))
        return block

    def _comparison(self):
        """(operator, key, what a policy asks for); now and then an operator of another type than the key's."""
        keys, operators, _, patterns = self._pick(words.CONDITIONS)
        given = [key for key in keys if key in self._context]
        key = self._pick(given if given and self._happens(0.6) else keys)
        if self._happens(0.06):
            return "Null", key, words.TRUTHS
        if self._happens(0.03):
            return self._pick(words.UNKNOWN_OPERATORS), key, patterns
        if self._happens(0.05):
            operators = self._pick(words.CONDITIONS)[1]
        return self._with_set_operator(key, self._pick(operators)), key, patterns

    def _pattern(self, key, patterns):
        """At times what the request has; of texts also in another case."""
        value = self._context.get(key)
        if isinstance(value, str) and self._happens(0.25):
            return value.swapcase() if patterns is words.TEXT_PATTERNS and self._happens(0.5) else value
        return self._pick(patterns)

    def _with_set_operator(self, key, operator):
        if self._happens(0.2):
            operator += self._pick(["IfExists", "IfExists", "ifexists"])
        if self._happens(0.6 if key in words.LISTS else 0.08):
            operator = self._pick(["ForAllValues:", "ForAnyValue:", "foranyvalue:"]) + operator
        return operator

    def _cased(self, key):
        return key.upper() if self._happens(0.05) else key
