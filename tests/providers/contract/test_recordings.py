"""What every provider's recordings promise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.kernel.errors import Missing
from bot.replay.read_recording import read, read_path
from bot.replay.recording import EventKind, Recording
from tests.providers.contract.conftest import OpenRecordings

RECORDED = Path(__file__).parents[2] / "recordings" / "datadog" / "sdk-7.16.2-shop-paired-rrweb"


def session_of(folder: Path) -> str:
    first = (folder / "rum-events.ndjson").read_bytes().splitlines()[0]
    return str(json.loads(first)["session"]["id"])


async def test_a_recording_is_read_as_it_was_sent(open_recordings: OpenRecordings) -> None:
    """The pages and all that happened on them; what RUM knows besides is given by some providers."""
    recordings = await open_recordings(RECORDED)
    given, sent = read(await recordings.recording(session_of(RECORDED))), read(read_path(RECORDED))
    assert seen_on(given) == seen_on(sent)
    assert [view.href for view in given.views] == [view.href for view in sent.views]


def seen_on(recording: Recording) -> list[tuple[int, int, float]]:
    """(kind, source, milliseconds since the first one) of every event of a page."""
    events = [event for event in recording.events if event.type != EventKind.CUSTOM]
    return [(event.type, event.source, event.at - events[0].at) for event in events]


async def test_a_session_that_nobody_recorded_is_missing(open_recordings: OpenRecordings) -> None:
    recordings = await open_recordings(RECORDED)
    with pytest.raises(Missing, match="recording of this session"):
        await recordings.recording("never-recorded")
