"""Which statements of a policy apply to what is asked for, whoever asks."""

from Policy.conditions import condition_holds, listed
from Policy.patterns import NoValue, matches, resource_matches

WITH_VARIABLES = "2012-10-17"


class Asked:
    """An action on a resource, with the condition keys of the request."""

    def __init__(self, action, resource, context):
        self.action = action.lower()
        self.resource = resource
        self.context = context

    def applying(self, effect, policy):
        """The statements of this effect that apply."""
        has_variables = policy.get("Version") == WITH_VARIABLES
        statements = policy["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            if statement["Effect"] == effect and self._applies(statement, effect == "Deny", has_variables):
                yield statement

    def _applies(self, statement, is_denial, has_variables):
        variables = self.context.variable if has_variables else None
        return (
            self._is_action_of(statement)
            and self._is_resource_of(statement, is_denial, variables)
            and condition_holds(statement.get("Condition", {}), is_denial, variables, self.context)
        )

    def _is_action_of(self, statement):
        if "Action" in statement:
            return self._is_one_of(statement["Action"])
        return not self._is_one_of(statement["NotAction"])

    def _is_one_of(self, actions):
        return any(matches(action.lower(), self.action) for action in listed(actions))

    def _is_resource_of(self, statement, is_denial, variables):
        """A statement that tells none is about what it hangs on, if it names principals; otherwise it is a mistake,
        whose denial reaches all and whose allowance nothing."""
        if "NotResource" in statement:
            return self._is_other_resource(listed(statement["NotResource"]), is_denial, variables)
        if "Resource" in statement:
            return any(self._is_resource(pattern, variables) for pattern in listed(statement["Resource"]))
        return is_denial or "Principal" in statement or "NotPrincipal" in statement

    def _is_other_resource(self, patterns, is_denial, variables):
        """What a pattern without a value leaves out is not known: a denial leaves nothing out, an allowance all."""
        found = [self._is_resource(pattern, variables) for pattern in patterns]
        if any(found):
            return False
        return is_denial or None not in found

    def _is_resource(self, pattern, variables):
        """None if the pattern has a variable without a value."""
        try:
            return resource_matches(pattern, self.resource, variables)
        except NoValue:
            return None
