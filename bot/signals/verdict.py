"""What a grouped share says in a sentence: which group stands out, and whether there is enough to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Group
from bot.signals.answer_table import label
from bot.signals.answer_text import share_text
from bot.signals.question import GroupBy, Metric
from bot.signals.significance import FEW, clearly_more

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Sessions with signals, of the sessions that used the target; `name` as people read it."""

    name: str
    hit: int
    used: int

    def __add__(self, other: Part) -> Part:
        return Part(self.name, self.hit + other.hit, self.used + other.used)

    def text(self, locale: Locale) -> str:
        return share_text(self.hit, self.used, locale)

    def worse_than(self, other: Part) -> bool:
        return clearly_more(self.hit, self.used, other.hit, other.used)


def verdict(answer: Answer, locale: Locale) -> str:
    """Returns one or two sentences on shares of sessions by group; nothing where the question asks for none."""
    question = answer.question
    if question.metric is not Metric.SESSIONS_SHARE or question.group_by is None:
        return ""
    if question.suspect:
        return _only(answer, locale)
    if any(group.usual for group in answer.groups):
        return _against_usual(answer, locale)
    if question.group_by is GroupBy.VERSION and answer.groups:
        return _versions(answer, locale)
    if len(question.wanted.get(question.group_by, ())) > 1 and len(answer.groups) > 1:
        return _worst([_part(answer, group, locale) for group in answer.groups], locale)
    return ""


def _part(answer: Answer, group: Group, locale: Locale) -> Part:
    name = label(group.label, answer.question.group_by or GroupBy.TARGET, locale)
    return Part(name, group.counts.sessions, group.exposed.sessions if group.exposed else 0)


def _sum(name: str, parts: Iterable[Part]) -> Part:
    return sum(parts, Part(name, 0, 0))


def _only(answer: Answer, locale: Locale) -> str:
    """ "Is it only Safari?": it against all the others."""
    question = answer.question
    by = question.group_by or GroupBy.BROWSER
    name = label(question.suspect, by, locale)
    inside = [group for group in answer.groups if is_suspect(by, question.suspect, group.label)]
    it = _sum(name, (_part(answer, group, locale) for group in inside))
    rest = _sum("", (_part(answer, group, locale) for group in answer.groups if group not in inside))
    values = {"what": name, "it": it.text(locale), "rest": rest.text(locale)} if it.used and rest.used else {}
    few = " " + locale.text("With so few sessions that may be chance.") if min(it.used, rest.used) < FEW else ""
    if not it.used:
        return locale.text("Nobody used it with %(what)s in that time.", what=name)
    if not rest.used:
        return locale.text("In that time it was used with %(what)s alone, so there is nothing to compare.", what=name)
    if not it.hit and not rest.hit:
        return locale.text("No session had any, neither with %(what)s (%(it)s) nor elsewhere (%(rest)s).", **values)
    if not rest.hit:
        sentence = locale.text(
            "Only %(what)s, as far as can be seen: %(it)s of its sessions had them, %(rest)s of the others.", **values
        )
        return sentence + (few if it.worse_than(rest) else few or " " + locale.text("The difference may be chance."))
    if it.worse_than(rest):
        return (
            locale.text(
                "Not only, but mostly %(what)s: %(it)s of its sessions had them, %(rest)s of the others.", **values
            )
            + few
        )
    return locale.text("Not only %(what)s: %(it)s of its sessions had them, %(rest)s of the others.", **values) + few


def is_suspect(by: GroupBy, wanted: str, value: str) -> bool:
    """Whether a group is what was asked about, as filters read it: Safari includes Mobile Safari, 2.31 has 2.31.0."""
    one, other = wanted.casefold(), value.casefold()
    if by in (GroupBy.BROWSER, GroupBy.OS):
        return one in other
    return one == other or (by is GroupBy.VERSION and other.startswith(f"{one}."))


def _against_usual(answer: Answer, locale: Locale) -> str:
    """ "What's broken right now?": each target against its own usual share."""
    worse = [
        (part, usual) for part, usual in _with_usual(answer, locale) if usual.used >= FEW and part.worse_than(usual)
    ]
    if worse:
        named = "; ".join(
            locale.text(
                "%(what)s %(now)s, usually %(usual)s",
                what=part.name,
                now=part.text(locale),
                usual=usual.text(locale),
            )
            for part, usual in worse[:MOST_NAMED]
        )
        return locale.text("Worse than usual, by sessions: %(list)s.", list=named)
    if answer.exposed.sessions < FEW:
        return locale.plural(
            "Only %(n)s session had a click in that time: too few to tell what is worse than usual.",
            "Only %(n)s sessions had a click in that time: too few to tell what is worse than usual.",
            answer.exposed.sessions,
        )
    return locale.text("Nothing is clearly worse than usual.")


def _with_usual(answer: Answer, locale: Locale) -> Iterable[tuple[Part, Part]]:
    for group in answer.groups:
        before = group.usual_exposed.sessions if group.usual_exposed else 0
        yield _part(answer, group, locale), Part("", group.usual.sessions if group.usual else 0, before)


def _versions(answer: Answer, locale: Locale) -> str:
    """Which version is the first that is clearly worse than all before it; a neighbour in time, not a proof."""
    parts = [_part(answer, group, locale) for group in _by_first_seen(answer)]
    parts = [part for part in parts if part.used]
    if not parts:
        return ""
    if len(parts) == 1:
        only = parts[0]
        return locale.text(
            "Only %(what)s was used in that time (%(now)s of its sessions had them): nothing to compare with.",
            what=only.name,
            now=only.text(locale),
        )
    for at in range(1, len(parts)):
        before = _sum("", parts[:at])
        if parts[at].worse_than(before):
            return locale.text(
                "It looks like %(what)s: %(now)s of its sessions had them, %(before)s of those of the versions before.",
                what=parts[at].name,
                now=parts[at].text(locale),
                before=before.text(locale),
            )
    return _worst(parts, locale)


def _worst(parts: Sequence[Part], locale: Locale) -> str:
    """ "Safari vs Chrome": the worst against the others."""
    worst = max(parts, key=lambda part: part.hit / (part.used or 1))
    rest = _sum("", (part for part in parts if part is not worst))
    if worst.worse_than(rest):
        return locale.text(
            "%(what)s is clearly worse: %(now)s of its sessions had them, %(before)s of the others.",
            what=worst.name,
            now=worst.text(locale),
            before=rest.text(locale),
        )
    return _undecided(parts, locale)


def _undecided(parts: Sequence[Part], locale: Locale) -> str:
    listed = "; ".join(
        locale.text("%(what)s %(now)s", what=part.name, now=part.text(locale)) for part in parts[-MOST_NAMED:]
    )
    if sum(part.used >= FEW for part in parts) < 2:
        return locale.text("Too few sessions to tell: %(list)s.", list=listed)
    return locale.text("No clear difference, by sessions: %(list)s.", list=listed)


def _by_first_seen(answer: Answer) -> list[Group]:
    """Versions in the order in which they came; those that nobody dates come first, by name."""
    first = {seen.version: seen.at for seen in answer.first_seen}
    never = datetime.min.replace(tzinfo=UTC)
    named = [group for group in answer.groups if group.label]
    return sorted(named, key=lambda group: (first.get(group.label, never), group.label))
