"""How long each kind of record lives after its last change. A new kind needs a row here before it can be written."""

from __future__ import annotations

from datetime import timedelta

HALF_A_YEAR = timedelta(days=180)
PINNED = None  # until whoever wrote it deletes it

LIFETIMES: dict[str, timedelta | None] = {
    # A question and what hangs on it. An open request keeps its question alive (`Records.touch`).
    "asked": HALF_A_YEAR,
    "page": HALF_A_YEAR,
    "shown": HALF_A_YEAR,
    "clips": HALF_A_YEAR,
    "request": HALF_A_YEAR,
    # Names a question, so it must end before the question does.
    "thread": timedelta(days=90),
    # People chose these once and expect them to stay; one small record for each channel.
    "channel": PINNED,
    # Documents that people write, and nobody else keeps; they end when somebody deletes them.
    "notebook": PINNED,
    "notebook-team": PINNED,
    "notebooks": PINNED,
    "channel-notebook": PINNED,
    # The embedded tracker is the only place where its tickets are.
    "ticket": PINNED,
    "project": PINNED,
    "projects": PINNED,
    # What Datadog showed of a notebook last: without it, people's changes there can't be told from ours.
    "datadog-notebook": PINNED,
    "datadog-notebook-team": PINNED,
    "datadog-notebooks": PINNED,
    "datadog-channel-notebook": PINNED,
    # Which case or comment was made for a meaning: longer than anything that would make it again.
    "datadog-case": timedelta(days=400),
    "datadog-case-comment": timedelta(days=400),
    # A channel's incident; afterwards Datadog is asked again.
    "datadog-incident": HALF_A_YEAR,
}


def kind_of(key: str) -> str:
    """The kind of the record that lies under a key of `keys.record` or `keys.page`."""
    parts = key.split(":")
    return parts[2] if parts[1] == "record" else parts[1]


def lifetime_ms(key: str) -> int:
    """Milliseconds; 0 for a record that is kept. Raises KeyError for a kind without a row."""
    lifetime = LIFETIMES[kind_of(key)]
    return 0 if lifetime is None else int(lifetime.total_seconds() * 1000)
