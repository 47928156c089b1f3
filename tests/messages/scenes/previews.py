"""What links to the bot's own pages show below a message."""

from __future__ import annotations

from datetime import timedelta

from bot.kernel.locale import Locale
from bot.notebook.cell_data import StoredClip
from bot.notebook.head import DocumentStatus, Head, Severity
from bot.notebook.impact import Impact, SpanPeople
from bot.notebook.notebook import Notebook
from bot.signals.headline import headline
from tests.messages.scenes.stage import MONDAY, NOTEBOOK_URL, NOW, URL, Say, Scene, Values, answer


def _notebook(say: Say, *, counted: bool) -> Values:
    head = Head(status=DocumentStatus.IN_REVIEW, severity=Severity.SEV_2)
    notebook = Notebook("nb1", "T1", "C0INC142CK", say("Post-mortem: #inc-142-checkout"), MONDAY, head=head)
    people = SpanPeople(MONDAY, NOW, 1204, 9120)
    impact = Impact(MONDAY, NOW, True, NOW, {"rage_click": 2100}, 1890, people, 1493) if counted else None
    values = {"kind": "notebook", "title": notebook.title, "notebook": notebook, "impact": impact}
    numbers = {"number": "" if counted else say("3,214 frustration signals on “Buy”")}
    more = {"open_follow_ups": 2 if counted else 0, "url": NOTEBOOK_URL, "still": "F0STILL001" if counted else ""}
    return {**values, **numbers, **more, "alt": say("The Buy button is clicked, and nothing happens.")}


def _answer(say: Say, locale: Locale) -> Values:
    found = answer(say)
    facts = headline(found, locale)
    values = {"kind": "answer", "title": facts.title, "answer": found, "facts": facts, "live": True}
    return {**values, "url": f"{URL}/answers/secret", "still": "", "alt": ""}


def _clip(say: Say, _: Locale) -> Values:
    clip = StoredClip(
        file="0f.gif",
        width=400,
        height=300,
        caption=say("Somebody clicks Buy five times, and nothing happens"),
        alt_text=say("The Buy button is clicked five times."),
        at=NOW - timedelta(hours=2),
        masked=3,
    )
    values = {"kind": "clip", "title": clip.caption, "clip": clip, "alt": clip.alt_text}
    return {**values, "url": f"{URL}/files/0f.gif", "still": "F0STILL001"}


TEMPLATE = "previews/link_preview"
SCENES = {
    "preview of a notebook": Scene(TEMPLATE, lambda say, _: _notebook(say, counted=True)),
    "preview of a new notebook": Scene(TEMPLATE, lambda say, _: _notebook(say, counted=False)),
    "preview of an answer": Scene(TEMPLATE, _answer),
    "preview of a clip": Scene(TEMPLATE, _clip),
}
