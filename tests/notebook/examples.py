"""A post-mortem with something in every section, used by the tests of the room and of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Bar, Chart, Comment, FollowUp, Number, Spoken, StoredClip
from bot.notebook.facts import add_chart, add_clip, add_number
from bot.notebook.merge import Change
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem import open_postmortem
from bot.notebook.timeline import Entry

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIP_FILE = "a" * 64 + ".gif"
NUMBER = Number(
    question="frustration signals on buy button this week",
    start=NOON - timedelta(days=1),
    end=NOON,
    by_signal={"rage_click": 2941, "dead_click": 300, "error_click": 120},
    actions=3000,
    people=812,
    sessions=900,
    before=1200,
    people_share=0.31,
    sessions_share=0.29,
    targets=("Buy now",),
    top_error="TypeError: cart is undefined",
    source="local",
    definition="Datadog browser SDK rules",
    query="@type:action",
    asked_by="Minseo",
    asked_at=NOON,
)
CHART = Chart(
    "Signals a day", tuple(Bar(NOON + timedelta(days=day), {"rage_click": 40 * day}) for day in range(5)), 86_400
)
CLIP = StoredClip(
    CLIP_FILE,
    800,
    500,
    "Buy clicked 5×",
    "A shop page; the pointer clicks Buy five times and nothing happens.",
    9000,
    (Spoken(0, "opens the product"), Spoken(3000, "clicks Buy ×5")),
    recording="f" * 64,
    session="s-1",
    at=NOON,
    masked=3,
)
EVERYTHING: tuple[Change, ...] = (
    add_number("1700.1", NUMBER),
    add_chart("1700.1", CHART),
    add_clip("1700.2", CLIP),
    Entry("C1/1700.3", NOON, "Deploy v2.31", "Minseo", "https://slack.example/p1700"),
    Comment("C1/1700.4", NOON, "Fix is *on its way*.", "Jisoo"),
    FollowUp("R1", "Buy does nothing", NOON, "Jisoo", "SHOP-412", "/tickets/SHOP-412", "in_backlog", revision=2),
)


def opened(words: NotebookText, language: str = "en") -> Notebook:
    return open_postmortem(
        team="T1",
        channel="C1",
        channel_name="inc-142-checkout",
        title="Checkout: Buy is broken",
        created=NOON,
        write=words.writer(Locale.of(language, "Asia/Seoul")),
        language=language,
        zone="Asia/Seoul",
    )
