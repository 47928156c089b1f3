"""The title that a post-mortem is given from what happened, for as long as nobody gave it one."""

from __future__ import annotations

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.notebook import Notebook
from bot.signals.answer import Answer
from bot.signals.headline import change_point, new_version, whole_days
from bot.signals.question import Signal

BREAKS = frozenset({Signal.DEAD, Signal.ERROR})
"""Signals of something that doesn't work; those who are only impatient say nothing of that kind."""


def channel_title(channel: str, locale: Locale) -> str:
    """The title of a notebook of which nothing is known but its channel."""
    return locale.text("Post-mortem: %(channel)s", channel=f"#{channel}")


def propose_title(notebook: Notebook, answer: Answer, feature: str, locale: Locale) -> Notebook:
    """The notebook titled after the answer that was added, such as "Buy button fails on 2.31.0".

    A title that a person gave stays, and so does that of another trouble; one that lacked the version gets it.
    """
    what = _what(answer, feature)
    if not what or not answer.counts.signals or "title" in notebook.head.by_people:
        return notebook
    breaks = any(answer.counts.by_signal.get(signal) for signal in BREAKS)
    plain, title = _title(what, "", breaks, locale), _title(what, _version(answer), breaks, locale)
    replaceable = {channel_title(notebook.channel_name, locale), plain if notebook.head.proposed_title == plain else ""}
    if notebook.title not in replaceable or title == notebook.title:
        return notebook
    head = msgspec.structs.replace(notebook.head, proposed_title=title)
    return msgspec.structs.replace(notebook, title=title, head=head)


def _what(answer: Answer, feature: str) -> str:
    """The feature that somebody owns, or else what was asked about."""
    if feature:
        return feature
    names = {target.name for target in answer.targets}
    asked = names.pop() if len(names) == 1 else answer.question.target or ""
    return f"“{' '.join(asked.split())[:60]}”" if asked.strip() else ""


def _version(answer: Answer) -> str:
    """The version that came with the rise, as far as that is clear."""
    point = change_point(whole_days(answer))
    if point is None or point.after <= point.before:
        return ""
    new = new_version(point, answer.first_seen)
    return " ".join(new.version.split())[:40] if new else ""


def _title(what: str, version: str, breaks: bool, locale: Locale) -> str:
    if breaks and version:
        title = locale.text("%(what)s fails on %(version)s", what=what, version=version)
    elif breaks:
        title = locale.text("%(what)s fails", what=what)
    elif version:
        title = locale.text("Trouble with %(what)s since %(version)s", what=what, version=version)
    else:
        title = locale.text("Trouble with %(what)s", what=what)
    return title[:1].upper() + title[1:]
