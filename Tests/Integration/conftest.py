"""Fixtures of this folder; they live in harness/."""

from harness.accounts import accounts, deploy_in, identities_of  # noqa: F401
from harness.identities import iam, identities  # noqa: F401
from harness.own_api import own_api, set_mode  # noqa: F401
from harness.projects import project, redoubt  # noqa: F401
