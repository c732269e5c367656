"""Fixtures of this folder; they live in harness/."""

from harness.projects import project, redoubt  # noqa: F401
