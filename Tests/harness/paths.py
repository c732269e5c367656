"""Where things are in the checkout."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def redoubt_binary():
    """REDOUBT_BINARY if set, else the release build, else the debug build."""
    named = os.environ.get("REDOUBT_BINARY")
    candidates = [Path(named)] if named else [ROOT / ".build" / kind / "redoubt" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise FileNotFoundError("no redoubt executable: run scripts/build first (looked for %s)" % candidates[0])
