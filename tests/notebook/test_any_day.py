"""At every moment, wherever the notebook's readers live: what happened stands in the order in which it happened."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Bar, Chart
from bot.notebook.facts import add_chart
from bot.notebook.merge import merge
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem import open_postmortem
from bot.notebook.timeline import Entry
from tests.moments import BERLIN, NEW_YORK, SEOUL

READERS = [("en", NEW_YORK), ("en", BERLIN), ("ko", SEOUL), ("ko", "UTC")]


@pytest.mark.parametrize(("language", "zone"), READERS)
def test_the_timeline_is_in_order_and_each_entry_has_its_own_time(
    words: NotebookText, now: datetime, language: str, zone: str
) -> None:
    """Twenty minutes apart, over three hours before and after: over midnight, over a change of clocks."""
    locale = Locale.of(language, zone)
    empty = open_postmortem(
        team="T1",
        channel="C1",
        channel_name="inc-142-checkout",
        title="Checkout: Buy is broken",
        created=now,
        write=words.writer(locale),
        language=language,
        zone=zone,
    )
    entries = [
        Entry(f"C1/{step}", now.astimezone(UTC) + timedelta(minutes=20 * step), f"Step {step + 9:02}.")
        for step in range(-9, 10)
    ]
    mixed = random.Random(142).sample(entries, len(entries))
    chart = Chart("Signals", tuple(Bar(entry.at, {"rage_click": 1}) for entry in entries), 1200)
    kept = merge(empty, [*mixed, add_chart("1700.1", chart)], words.for_notebook(empty))
    assert kept.timeline == tuple(entries)
    [text] = [cell.markdown for cell in kept.cells if cell.data and "Step 00" in cell.markdown]
    assert re.findall(r"Step (\d\d)", text) == [f"{step:02}" for step in range(19)]
    for entry in entries:
        assert locale.time(entry.at) in text
    again = msgspec.json.decode(msgspec.json.encode(kept), type=type(kept))
    assert again.timeline == kept.timeline
    assert words.to_markdown(again, locale) == words.to_markdown(kept, locale)
