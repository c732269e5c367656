"""Random cases for `redoubt policy check`, of words that meet often: vocabulary.py has them."""

import random

from Policy import vocabulary as words
from Policy.random_policies import RandomPolicies

OUTSIDERS = ("service", "anonymous", "web-identity")
WITHOUT_POLICIES = (*OUTSIDERS, "root")


def cases(seed, count):
    """The same ones for the same seed."""
    source = random.Random(seed)
    for number in range(count):
        yield RandomCase(source).case(f"{seed}-{number}")


class RandomCase:
    def __init__(self, source):
        self._source, self._pick = source, source.choice
        self._context = {}

    def case(self, name):
        actions, resources = self._pick(words.ASKED)
        request = {
            "principal": self._pick(CALLERS)(self, self._account()),
            "action": self._pick(actions),
            "resource": self._pick(resources),
            "resource_account": self._account(),
            "context": self._context,
        }
        self._fill_context()
        return {"id": name, "request": request, "policies": self._policies(request)}

    def _happens(self, share):
        return self._source.random() < share

    def _account(self):
        return words.HERE if self._happens(0.88) else words.THERE

    def _user(self, account):
        self._know_as([words.USER_ID, words.OTHER_USER_ID])
        return {"type": "user", "arn": f"arn:aws:iam::{account}:user/alice", "account": account}

    def _role_session(self, account, role="app"):
        self._know_as([words.ROLE_ID + ":run", words.OTHER_ROLE_ID + ":run", words.ROLE_ID])
        return {
            "type": "role-session",
            "arn": f"arn:aws:sts::{account}:assumed-role/app/{self._pick(['run', 'run', 'walk'])}",
            "account": account,
            "role_arn": f"arn:aws:iam::{account}:role/{role}",
        }

    def _service_linked(self, account):
        return self._role_session(account, "aws-service-role/x.amazonaws.com/app")

    def _federated_user(self, account):
        self._know_as([f"{account}:fay"])
        principal = {"type": "federated-user", "arn": f"arn:aws:sts::{account}:federated-user/fay", "account": account}
        return {**principal, "user_arn": f"arn:aws:iam::{account}:user/alice"} if self._happens(0.8) else principal

    def _root(self, account):
        self._know_as([account])
        return {"type": "root", "arn": f"arn:aws:iam::{account}:root", "account": account}

    def _service(self, _):
        return {"type": "service", "service": self._pick(words.SERVICES)}

    def _anonymous(self, _):
        return {"type": "anonymous"}

    def _web_identity(self, _):
        return {"type": "web-identity", "arn": self._pick(words.PROVIDERS)}

    def _know_as(self, ids):
        if self._happens(0.6):
            self._context["aws:userid"] = self._pick(ids)

    def _fill_context(self):
        for key, values in words.VALUES.items():
            if self._happens(0.4):
                name = key.replace("aws:", "AWS:") if self._happens(0.05) else key
                self._context[name] = self._values_of(key, values)

    def _values_of(self, key, values):
        if self._happens(0.85 if key in words.LISTS else 0.04):
            return [self._pick(values) for _ in range(self._pick([0, 1, 1, 2, 3]))]
        return self._pick(values)

    def _policies(self, request):
        """In half of the cases only the kinds of policies that a caller cannot do without."""
        policies = RandomPolicies(self._source, request)
        kind = request["principal"]["type"]
        # Now and then callers have policies who can have none: those must not matter.
        can_have_own = kind not in WITHOUT_POLICIES or self._happens(0.1)
        narrowing = 0.3 if self._happens(0.5) else 0
        return {
            "identity": self._several(policies.policy) if can_have_own else [],
            "resource": policies.resource_policy() if kind in OUTSIDERS or self._happens(0.5) else None,
            "boundary": policies.policy() if can_have_own and self._happens(narrowing) else None,
            "session": self._session(policies, kind, narrowing) if can_have_own else None,
            "scps": self._levels(policies.policy) if self._happens(narrowing) else [],
            "rcps": self._levels(policies.resource_policy) if self._happens(narrowing) else [],
        }

    def _session(self, policies, kind, narrowing):
        is_given = self._happens(0.8 if kind == "federated-user" else narrowing)
        return self._several(policies.policy) if is_given else None

    def _several(self, policy):
        return [policy() for _ in range(self._pick([0, 1, 1, 1, 2]))]

    def _levels(self, policy):
        return [[policy() for _ in range(self._pick([0, 1, 1, 1, 1, 2]))] for _ in range(self._pick([1, 1, 2]))]


# Each kind stands here as often as it is to happen, of 22.
CALLERS = [
    *[RandomCase._user] * 6, *[RandomCase._role_session] * 6, *[RandomCase._federated_user] * 3,
    *[RandomCase._root] * 2, *[RandomCase._service] * 2, RandomCase._anonymous, RandomCase._web_identity,
    RandomCase._service_linked,
]  # fmt: skip
