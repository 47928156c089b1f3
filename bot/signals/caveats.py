"""Why numbers aren't whole, in the reader's words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol

from bot.kernel.locale import Locale

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")


class Limited(Protocol):
    """An answer, or what was kept of one: `partial` is sentences of the catalogs, `kept_from` of the oldest data."""

    @property
    def partial(self) -> str: ...

    @property
    def kept_from(self) -> datetime | None: ...


def limits(it: Limited, locale: Locale) -> list[str]:
    said = sentences(it.partial, locale)
    if it.kept_from is not None:
        said.append(locale.text("The oldest data are of %(day)s.", day=locale.long_date(it.kept_from)))
    return said


def sentences(partial: str, locale: Locale) -> list[str]:
    return [locale.text(sentence) for sentence in _SENTENCE_END.split(partial) if sentence]
