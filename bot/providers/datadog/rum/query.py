"""RUM's query language: what a question means in it, and the one place where people's text is escaped for it.

Rules: docs.datadoghq.com/real_user_monitoring/explorer/search_syntax. Clauses stand side by side and must all hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import page_names
from bot.signals.question import ALL_SIGNALS, Question, Signal
from bot.signals.source import VIEW

MASKED = "Masked Element"
"""The SDK's name for a target whose own name must not be told; such targets are told apart by their selector."""
NAME = "@action.target.name"
SELECTOR = "@_dd.action.target.selector"
FRUSTRATION = "@action.frustration.type"
PEOPLE = "@session.type:user"
"""Synthetic tests are no people."""
CLICKS = f"@type:action @action.type:(click OR tap) {PEOPLE}"
NOTHING = "-@type:action"
"""Together with CLICKS, nothing fits."""
KINDS = {
    Signal.RAGE: ("rage_click", "rage_tap"),
    Signal.DEAD: ("dead_click",),
    Signal.ERROR: ("error_click", "error_tap"),
}
"""What a signal is called in RUM; apps have taps."""
_EXACT = {"service": "service", "env": "env", "country": "@geo.country_iso_code"}
_LISTED = {
    VIEW: "@view.url_path",
    "browser": "@browser.name",
    "os": "@os.name",
    "device": "@device.type",
    "version": "version",
}
_ROOTS = ("usr", "context", "view", "session", "action", "geo", "os", "device", "browser", "application", "account")
MOST_NAMES = 100
_OWN_SPELLING = ("iOS", "iPadOS", "macOS", "tvOS", "Mac OS X", "Chrome OS", "HarmonyOS", "UC Browser")
"""Names of systems and browsers that no rule for capitals spells right."""
_ROUTE = re.compile(r"#!?/")
"""What opens a route behind the path."""
BELOW, WITH_QUERY = "\\/*", "\\?*"
_KEYWORD = re.compile(r"(OR|AND|NOT|TO)\b")
Spell = Callable[[str], str]


def text(words: str) -> str:
    """Quotes anything that people typed as one value of the query language: exactly that text.

    Texts enter a query only through this and the two functions below, and whatever they hold, each stays one value.
    Inside quotes only `"` and `\\` mean something. Control characters, which no name has, become spaces.
    """
    return '"' + _clean(words).replace("\\", "\\\\").replace('"', '\\"') + '"'


def within(words: str) -> str:
    """One value that stands for any text that contains this one."""
    return f"*{_bare(words)}*"


def starting(words: str) -> str:
    """One value that stands for any text that begins with this one."""
    return f"{_bare(words)}*"


def _bare(words: str) -> str:
    """Escapes for outside quotes, where wildcards work: a backslash before every letter that isn't part of a word."""
    escaped = "".join(letter if letter.isalnum() or letter == "_" else f"\\{letter}" for letter in _clean(words))
    return f"\\{escaped}" if _KEYWORD.match(escaped) else escaped


def _clean(words: str) -> str:
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in words)


def any_of(facet: str, values: Iterable[str]) -> str:
    """`facet:(a OR b)`; the values are escaped already."""
    distinct = list(dict.fromkeys(values))
    return f"{facet}:{distinct[0]}" if len(distinct) == 1 else f"{facet}:({' OR '.join(distinct)})"


def clicks(question: Question, targets: Sequence[TargetMatch]) -> str:
    """Everyone who used the targets, frustrated or not."""
    clauses = [CLICKS]
    if targets or question.target is not None:
        clauses.append(_targets(targets))
    if question.view is not None:
        clauses.append(_view(question.view))
    clauses += [_any(name, wanted) for name, wanted in question.wanted.items()]
    clauses += [f"-({_any(name, unwanted)})" for name, unwanted in question.without.items()]
    return " ".join(clauses)


def did(event: str) -> str:
    """Actions of people that have exactly this name: clicks, taps and custom ones."""
    return f"@type:action {PEOPLE} {NAME}:{text(event)}"


def frustrated(question: Question, targets: Sequence[TargetMatch]) -> str:
    """The actions among these that have the signals asked for."""
    wanted = kinds(question.signals)
    return f"{clicks(question, targets)} {any_of(FRUSTRATION, wanted) if wanted else NOTHING}"


def calm(question: Question, targets: Sequence[TargetMatch]) -> str:
    """The actions among these that have no signal at all."""
    return f"{clicks(question, targets)} -{any_of(FRUSTRATION, kinds(ALL_SIGNALS))}"


def having(facet: str, value: str) -> str:
    """Everything of people, of whatever kind, that has the value as the questions above mean it."""
    return f"{PEOPLE} {_view(value) if facet == VIEW else _filter(facet, value)}"


def facets_of(name: str) -> tuple[str, ...]:
    """The facets of RUM that hold the values of one of ours; a customer's attribute may be in either of two."""
    if name in _LISTED:
        return (_LISTED[name],)
    if name in _EXACT:
        return (_EXACT[name],)
    return tuple(f"@{_facet(facet)}" for facet in _attributes(name))


def kinds(signals: Iterable[Signal]) -> list[str]:
    return [kind for signal in signals for kind in KINDS[signal]]


def signal_of(kind: str) -> Signal | None:
    return next((signal for signal in ALL_SIGNALS if kind in KINDS[signal]), None)


def _targets(targets: Sequence[TargetMatch]) -> str:
    named = [target for target in targets if target.name not in ("", MASKED)]
    masked = [target for target in targets if target.name in ("", MASKED) and target.selector]
    names = [text(target.name) for target in named[:MOST_NAMES]]
    selectors = [text(target.selector) for target in masked[:MOST_NAMES]]
    parts = [any_of(NAME, names)] if names else []
    if selectors:
        parts.append(f'(({NAME}:"{MASKED}" OR -{NAME}:*) {any_of(SELECTOR, selectors)})')
    return NOTHING if not parts else parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _view(words: str) -> str:
    """A path stands for itself and what lies below it; other words are looked for in path, route and name."""
    if _ROUTE.search(words) and words.startswith("/"):
        return _route(words)
    if words.startswith("/") and "*" in words:
        here = _like(words)
        return any_of("@view.url_path", [here, here.removesuffix("\\/") + "\\/*"])
    if words.startswith("/"):
        return any_of("@view.url_path", [text(words), starting(words.rstrip("/") + "/")])
    spellings = [spelling for name in page_names(words) for spelling in _spellings(name, within)]
    routes = [f"*{_bare(mark)}{spelling}" for mark in ("#/", "#!/") for spelling in spellings]
    places = (("@view.url_path", spellings), ("@view.name", spellings), ("@view.url", routes))
    return f"({' OR '.join(any_of(facet, values) for facet, values in places)})"


def _route(words: str) -> str:
    """`/#/cart` and what lies below it: `@view.url_path` ends before the `#`, `@view.url` is the whole address."""
    page, mark, route = words.partition("#")
    here = f"*{_like(mark + route.rstrip('/'))}"
    return f"@view.url_path:{_like(page)} {any_of('@view.url', [here, here + BELOW, here + WITH_QUERY])}"


def _like(words: str) -> str:
    """One value in which `*` stands for anything."""
    return "*".join(map(_bare, words.split("*")))


def _any(name: str, wanted: Sequence[str]) -> str:
    parts = [_filter(name, value) for value in wanted]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _filter(name: str, wanted: str) -> str:
    """2.31 includes 2.31.0, Safari includes Mobile Safari; a name that RUM doesn't have is a customer's attribute."""
    if name == "version":
        version = wanted.removeprefix("v")
        return any_of("version", [text(version), starting(f"{version}.")])
    if name in ("browser", "os"):
        return any_of(f"@{name}.name", _spellings(wanted, within))
    if name == "device":
        return any_of("@device.type", _spellings(wanted))
    if name in _EXACT:
        return any_of(_EXACT[name], _spellings(wanted))
    if name == "application":
        return _either(["application.id", "application.name"], wanted)
    return _either(_attributes(name), wanted)


def _attributes(name: str) -> list[str]:
    return [name] if name.partition(".")[0] in _ROOTS and "." in name else [f"context.{name}", f"usr.{name}"]


def _either(facets: Iterable[str], wanted: str) -> str:
    return f"({' OR '.join(any_of(f'@{_facet(facet)}', _spellings(wanted)) for facet in facets)})"


def _facet(name: str) -> str:
    """A facet's name as one word: letters that can't be part of one are left out."""
    return "".join(letter for letter in name if letter in "._" or (letter.isascii() and letter.isalnum()))


def _spellings(words: str, spell: Spell = text) -> list[str]:
    """The usual ways to write a word: RUM compares attributes letter by letter."""
    usual = (words, words.lower(), words.title(), words.upper())
    own = (name for name in _OWN_SPELLING if name.lower() == words.lower())
    return [spell(spelling) for spelling in dict.fromkeys((*usual, *own))]
