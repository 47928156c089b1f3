"""Addresses that stand in a text as they are, found by linkify-it: http, https and mailto."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from linkify_it import LinkifyIt

LONGEST = 2_000
"""Characters of one address; a longer one stays text. Linkify's time grows with the square of it."""
_BEGINNING = re.compile(rf"(?<![A-Za-z0-9])(?:https?://|mailto:)\S{{1,{LONGEST}}}", re.IGNORECASE)
_AFTER = "*_~’”»›…。、"
"""What linkify takes for the end of an address, and a writer for what comes after it."""


@dataclass(frozen=True, slots=True)
class BareLink:
    start: int
    end: int
    address: str


class BareLinks:
    """Finds them in time that grows with the length of the text, whatever it holds: linkify sees one address at a time.

    Bare host names and e-mail addresses stay text, as does what follows `//` or any other scheme.
    """

    def __init__(self) -> None:
        self._linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_ip": False, "fuzzy_email": False})
        for scheme in ("ftp:", "//"):
            self._linkify.add(scheme, None)

    def find(self, text: str) -> Iterator[BareLink]:
        at = 0
        while begins := _BEGINNING.search(text, at):
            start, at = begins.start(), begins.start() + len("http://")
            link = self._linkify.match_at_start(begins[0])
            if link and link.last_index >= LONGEST:
                at = begins.end()
            elif link:
                address = link.raw.rstrip(_AFTER)
                at = start + len(address)
                yield BareLink(start, at, address)
