"""The post-mortem's head: how it stands, who is to review it, that it is published, the list."""

from __future__ import annotations

from typing import Any

from bot.kernel.locale import Locale
from bot.notebook.head import DocumentStatus, Head, Participant, Severity, StatusChange
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import ListedNotebook
from tests.messages.scenes.stage import MONDAY, NOTEBOOK_URL, NOW, URL, Say, Scene, Values

MINA, JISOO = "U0MINAPARK", "U0JISOOHAN"


def _change(say: Say, status: DocumentStatus) -> StatusChange:
    return StatusChange(status, Participant(say("Mina Park"), MINA), NOW)


def _head(say: Say, **more: Any) -> Head:
    facts: dict[str, Any] = {
        "severity": Severity.SEV_2,
        "owner": Participant(say("Erik Strøm"), "U0ERIKSTRM"),
        "commander": Participant(say("Erik Strøm"), "U0ERIKSTRM"),
        "reviewer": Participant(say("Jisoo Han"), JISOO),
        "incident": say("IR-142"),
        "incident_link": "https://app.datadoghq.com/incidents/142",
    }
    return Head(**{**facts, **more})


def _listed(say: Say, head: Head, *, age: int = 3, waiting: int = 2, overdue: int = 1) -> ListedNotebook:
    title = say("Buy button fails on 2.31.0")
    notebook = Notebook("nb1", "T1", "C0INC142CK", title, MONDAY, head=head, channel_name=say("inc-142-checkout"))
    return ListedNotebook(notebook, age, waiting, overdue)


def _in_status(say: Say, status: DocumentStatus, **more: Any) -> Values:
    change = _change(say, status)
    it = _listed(say, _head(say, status=status, history=(change,)))
    return {"it": it, "last": change, "url": NOTEBOOK_URL, **more}


def _standing(say: Say, locale: Locale) -> Values:
    values = _in_status(say, DocumentStatus.IN_REVIEW)
    return {"it": values["it"], "url": NOTEBOOK_URL}


def _standing_at_first(say: Say, locale: Locale) -> Values:
    return {"it": _listed(say, Head(), age=0, waiting=0, overdue=0), "url": NOTEBOOK_URL}


def _review(say: Say, locale: Locale) -> Values:
    return _in_status(say, DocumentStatus.IN_REVIEW)


def _list(say: Say, locale: Locale) -> Values:
    published = Head(status=DocumentStatus.PUBLISHED, severity=Severity.SEV_1)
    rows = [_listed(say, _head(say)), _listed(say, published, age=1, waiting=0), _listed(say, Head(), age=0, overdue=0)]
    return {"rows": rows, "more": True, "words": say("buy"), "url": URL}


def _none(words: str) -> Values:
    return {"rows": [], "more": False, "words": words, "url": URL}


def _opened(say: Say, locale: Locale) -> Values:
    return {"it": _listed(say, Head()).notebook, "by": say("mina"), "url": NOTEBOOK_URL}


def _exports(say: Say, locale: Locale) -> Values:
    links = (("Markdown", f"{NOTEBOOK_URL}.md"),)
    return {"it": _listed(say, Head()).notebook, "url": NOTEBOOK_URL, "links": links, "systems": ["Confluence"]}


SCENES = {
    "post-mortem stands": Scene("postmortems/standing", _standing),
    "post-mortem stands at first": Scene("postmortems/standing", _standing_at_first),
    "post-mortem opened": Scene("postmortems/opened", _opened),
    "no post-mortem": Scene("postmortems/none", lambda _, __: {}),
    "post-mortem published": Scene(
        "postmortems/published", lambda say, _: _in_status(say, DocumentStatus.PUBLISHED, again=False)
    ),
    "post-mortem published again": Scene(
        "postmortems/published", lambda say, _: _in_status(say, DocumentStatus.PUBLISHED, again=True)
    ),
    "post-mortem to review": Scene("postmortems/review", _review),
    "post-mortem exports": Scene("postmortems/exports", _exports),
    "post-mortems": Scene("postmortems/list", _list),
    "post-mortems not found": Scene("postmortems/list", lambda say, _: _none(say("checkout"))),
    "no post-mortems": Scene("postmortems/list", lambda _, __: _none("")),
    "post-mortem help": Scene("postmortems/help", lambda _, __: {}),
}
