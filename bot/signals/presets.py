"""Phrases of a workspace's own for a facet and its value: "paying users" for `plan:paid`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.kernel.errors import Misunderstood

Presets = Mapping[str, tuple[str, str]]
"""Phrase to facet and value."""
NO_PRESETS: Presets = MappingProxyType({})
_LINE = re.compile(r"(?P<phrase>[^=]+)=\s*@?(?P<facet>[^\W\d][\w.]*)\s*:\s*(?P<value>.+)")


def presets(lines: Sequence[str]) -> Presets:
    """Reads `paying users=plan:paid`. Raises Misunderstood."""
    read = {}
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None or not match["phrase"].strip():
            raise Misunderstood(
                "“%(line)s” is not a preset; write it like “paying users=plan:paid”.", at=line, line=line
            )
        read[match["phrase"].strip()] = (match["facet"], match["value"].strip().strip('"'))
    return read
