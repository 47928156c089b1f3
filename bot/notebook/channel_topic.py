"""Reads a channel's topic: how grave the incident is, who commands it, and what is left that says what it is about.

Topics are typed by people in a hurry ("SEV-1 | IC @jisoo | checkout down", "심각도 2 · 지휘: 지수"), so many spellings
are read, and what isn't clear is left unknown rather than guessed. The text is hostile and bounded before it is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.kernel.typed_words import typed_pattern
from bot.notebook.head import Participant, Severity

MOST_CHARACTERS = 500
"""Slack takes 250; what other systems give is cut."""
_LINK = re.compile(r"<(?:https?:|mailto:)[^<>]*>|https?://\S+")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>")
_TYPED = str.maketrans("‹›", "<>")
_OTHER = re.compile(r"<(?:#|!)[^<>|]*(?:\|([^<>]*))?>")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_LEVEL = r"\s*[-#:=.]?\s*(?:level\s*)?([0-9])(?![0-9]|[.,][0-9]|[-/][0-9])"
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,100}:")
_SPLIT = re.compile(r"\s*[|·•;,\n]\s*|\s+[-/~]+\s+|\s*//\s*")
_ARROW = re.compile(r"\s*(?:->|=>|→|⇒|➜)\s*")


@dataclass(frozen=True, slots=True)
class _TopicForms:
    """How people write what a topic says, in all languages."""

    severity: re.Pattern[str]
    priority: re.Pattern[str]
    bare: re.Pattern[str]
    """A severity that was asked for, so that a number says enough."""
    former: re.Pattern[str]
    was: re.Pattern[str]
    """Brackets that held a former severity."""
    role: re.Pattern[str]
    nobody: re.Pattern[str]
    no: re.Pattern[str]
    sign: re.Pattern[str]
    """What sets a name apart from the role before it."""
    name_ends: re.Pattern[str]


@lru_cache
def _forms() -> _TopicForms:
    def pattern(name: str) -> str:
        return typed_pattern("topic", name).replace("{level}", _LEVEL)

    patterns = {
        "severity": pattern("severity"),
        "priority": pattern("priority"),
        "bare": rf"(?:{pattern('before_level')} ?[-#:=.]? ?)?([0-9]) ?{pattern('behind_level')}?",
        "former": rf"{pattern('former')}$",
        "was": rf"[\[(]\s*{pattern('was')}?\s*[\])]",
        "role": pattern("role"),
        "nobody": rf"{pattern('nobody')}(?!\w)",
        "no": rf"\s*(?:.*\b)?{pattern('no')}\s*$",
        "sign": rf"\s*(?:{pattern('is')}\s)?\s*([:=@]?)[\s@]*",
        "name_ends": rf"[()\[\]‹›&+<>]|{pattern('name_ends')}",
    }
    return _TopicForms(**{name: re.compile(each, re.IGNORECASE) for name, each in patterns.items()})


@dataclass(frozen=True, slots=True)
class ChannelTopic:
    """What a topic says. `commander` has an id where the topic mentions somebody, else the name as it was typed.

    `sure` says that the commander was mentioned or set apart by a sign; else the name counts only where it is known.
    """

    severity: Severity | None = None
    commander: Participant | None = None
    sure: bool = False
    about: str = ""


def read_topic(text: str) -> ChannelTopic:
    """Returns what a topic as Slack gives it says; of two severities or commanders that disagree, neither."""
    parts = [part for part in _SPLIT.split(_plain(text)) if part]
    severity = _severity(parts)
    named: list[tuple[Participant, bool]] = []
    about: list[str] = []
    for part in parts:
        before, *behind_roles = _forms().role.split(part)
        if behind_roles and not _forms().no.search(before):
            named += [found for behind in behind_roles if (found := _commander(behind))]
        about.append(_about(before, severity))
    commander, sure = named[0] if len({person for person, _ in named}) == 1 else (None, False)
    return ChannelTopic(severity, commander, sure, " · ".join(filter(None, about))[:250].translate(_TYPED))


def read_severity(text: str) -> Severity | None:
    """Returns what a person entered as a severity: `2`, `SEV-2`, `p2`, `심각도 2`; None for anything else."""
    match = _forms().bare.fullmatch(_plain(text).strip())
    return _level(match[1]) if match else None


def severity_in(text: str) -> Severity | None:
    """Returns the severity that a text names clearly, such as an incident's `SEV-2`; None where there is none."""
    return _severity(_SPLIT.split(_plain(text)))


def known_person(name: str, people: Iterable[Participant]) -> Participant | None:
    """Returns the one whose name or one of whose names this is; None where nobody's or more than one's is."""
    wanted = _folded(name.lstrip("@"))
    everybody = list(people)
    for fits in (lambda known: known == wanted, lambda known: wanted in known.split()):
        fitting = [person for person in everybody if wanted and fits(_folded(person.name))]
        if fitting:
            return fitting[0] if len({person.id or person.name for person in fitting}) == 1 else None
    return None


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace(".", " ").replace("_", " ").split())


def _plain(text: str) -> str:
    """Without links, with people as `<@ID>` alone, one kind of dash, and full-width letters as usual ones.

    Brackets that were typed are ‹ and ›, so that they aren't taken for Slack's own.
    """
    cut = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).translate(_DASHES)
    cut = _PERSON.sub(r"<@\1>", cut)
    cut = cut.replace("&lt;", "‹").replace("&gt;", "›").replace("&amp;", "&")
    cut = "".join(each for each in _OTHER.sub(r"\1", _LINK.sub(" ", cut)) if each == "\n" or each.isprintable())
    return re.sub(r"[ \t]+", " ", cut).strip()


def _severity(parts: Iterable[str]) -> Severity | None:
    """Severities come before priorities; one that was before doesn't count."""
    for pattern in (_forms().severity, _forms().priority):
        levels = {level for part in parts for level in _levels(part, pattern)}
        if levels:
            return _level(levels.pop()) if len(levels) == 1 else None
    return None


def _levels(part: str, pattern: re.Pattern[str]) -> list[str]:
    """The levels that a part of a topic names; of one that leads to another by an arrow, the last."""
    steps = [_now(step, pattern) for step in _ARROW.split(part)]
    named = [levels for levels in steps if levels]
    return named[-1] if named else []


def _now(text: str, pattern: re.Pattern[str]) -> list[str]:
    matches = pattern.finditer(text)
    return [
        next(filter(None, match.groups())) for match in matches if not _forms().former.search(text[: match.start()])
    ]


def _level(digit: str) -> Severity | None:
    return Severity(int(digit)) if digit.isdecimal() and int(digit) in set(Severity) else None


def _commander(text: str) -> tuple[Participant, bool] | None:
    """Returns (who, whether a mention or a sign says that it is a name) of what stands behind the role."""
    *_, last = _ARROW.split(text)
    if mentioned := _PERSON.search(last):
        return Participant(mentioned[1], mentioned[1]), True
    sign = _forms().sign.match(text)
    name = _forms().name_ends.split(last if last is not text else text[sign.end() if sign else 0 :])[0].strip(" :=@.!")
    if not 0 < len(name) <= 60 or _forms().nobody.match(name) or not any(each.isalpha() for each in name):
        return None
    return Participant(name), bool(sign and sign[1])


def _about(part: str, severity: Severity | None) -> str:
    """What is left of a part; a severity stays where it wasn't clear."""
    rest = _EMOJI.sub(" ", _PERSON.sub(" ", part))
    if _forms().no.fullmatch(rest):
        return ""
    if severity is not None:
        for pattern in (_forms().severity, _forms().priority):
            rest = pattern.sub(" ", rest)
        rest = _ARROW.sub(" ", _forms().was.sub(" ", rest)).strip(" :-()[]")
    return " ".join(rest.split())
