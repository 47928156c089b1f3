"""Changes what holds in a workspace: by its admins alone, within what whoever runs the bot allows, and noted."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.locale import LANGUAGES, Locale, language_name
from bot.services.access.access import Access
from bot.services.access.audit_log import AuditEntry
from bot.services.teams.team_parts import TeamParts
from bot.services.teams.team_settings import (
    FIELDS,
    LONGEST_DAYS,
    OWN,
    PROVIDED,
    TeamSettings,
    TeamValue,
    ValueOrigin,
    effective,
)
from bot.slack.person import Person
from bot.slack.slack import Slack

DAYS = (7, 14, 30, 60, 90, LONGEST_DAYS)
MOST_OWNERS = 3000
"""Characters that Slack takes in one field."""


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


NAMES = {
    "source": _("Questions are answered from"),
    "tracker": _("Tickets go to"),
    "owners": _("Who owns what"),
    "language": _("Language"),
    "retention_days": _("Days that answers and clips are kept"),
}
EVERYBODYS_OWN = _("everybody’s own, as in their Slack profile")
KEPT_HERE = {"source": _("the events that the bot keeps"), "tracker": _("the bot’s own tickets")}
ONLY_ADMINS = _("Only admins and owners of this workspace may change its settings.")
NOT_OFFERED = _("“%(value)s” can’t be chosen here; please open the settings again.")


class Refused(Misunderstood):
    """A value that doesn't go; `field` is the setting."""

    def __init__(self, field: str, problem: Misunderstood) -> None:
        super().__init__(problem.sentence)
        self.message, self.values = problem.message, problem.values
        self.field = field


@dataclass(frozen=True, slots=True)
class TeamChange:
    """What somebody wants of a workspace, over the version that they were shown; settings that aren't in it stay."""

    team: str
    by: str
    wanted: dict[str, str]
    version: int


async def admin(access: Access, team: str, user: str, once: str = "") -> Person:
    """Returns the person, who is an admin or owner. Raises Misunderstood, which is noted, and Unavailable."""
    person = await access.people.get(team, user)
    if person.unknown:
        raise Unavailable("Slack doesn’t say who you are right now, so it can’t be checked what you may do.")
    if not person.admin:
        await access.audit.note(_entry(team, user, outcome="failure", reason="not an admin"), once)
        raise Misunderstood(ONLY_ADMINS)
    return person


async def save(parts: TeamParts, access: Access, slack: Slack, change: TeamChange) -> None:
    """Keeps it, notes it, and confirms to whoever changed it what is different. Raises Refused and Conflict."""
    team, once = change.team, str(change.version)
    by = await admin(access, team, change.by, once)
    before, _version = await parts.records.to_edit(team)
    wanted = _checked(parts, team, before, change.wanted)
    if changed := [name for name in FIELDS if getattr(before, name) != getattr(wanted, name)]:
        await access.audit.note(_entry(team, change.by, reason=", ".join(changed)), once)
    now = await parts.records.save(team, wanted, change.version)
    if not changed:
        return
    person = await slack.people.get(team, by.id)  # in the language that holds from now on
    message = slack.messages.message(
        "channels/workspace_changed", person.locale, changes=changes(parts, team, wanted, changed, person.locale)
    )
    await slack.outbox.post(f"team-settings:{team}:{now}", team=team, channel=by.id, message=message, private=True)


def _entry(team: str, user: str, outcome: str = "success", reason: str = "") -> AuditEntry:
    return AuditEntry(
        action="workspace_settings.changed", team=team, user=user, kind="workspace", target=team,
        outcome=outcome, reason=reason,
    )  # fmt: skip


def _checked(parts: TeamParts, team: str, before: TeamSettings, wanted: dict[str, str]) -> TeamSettings:
    """Raises Refused for a value that can't be chosen. What whoever runs the bot has fixed stays as it was."""
    held = effective(parts.rules.of(team), before)
    values: dict[str, str | int] = {}
    for name, text in wanted.items():
        if name not in FIELDS or held[name].fixed:
            continue
        try:
            values[name] = _value(parts, team, name, text, getattr(before, name))
        except Misunderstood as problem:
            raise Refused(name, problem) from problem
    return msgspec.structs.replace(before, **values)


def _value(parts: TeamParts, team: str, name: str, text: str, before: str | int) -> str | int:
    """Raises Misunderstood."""
    if not text or text == str(before):
        return before if text else type(before)()
    if name == "owners":
        if len(text) > MOST_OWNERS:
            raise Misunderstood("At most %(n)s characters can be kept.", n=MOST_OWNERS)
        parts.owners_in(text)
        return text
    if name == "retention_days":
        if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= LONGEST_DAYS):
            raise Misunderstood(NOT_OFFERED, value=text[:40])
        return int(text)
    if text not in (parts.offered(team, name) if name in PROVIDED else (OWN, *LANGUAGES)):
        raise Misunderstood(NOT_OFFERED, value=text[:40])
    return text


def changes(parts: TeamParts, team: str, now: TeamSettings, names: list[str], locale: Locale) -> list[str]:
    """Returns what holds now of these settings, one text each."""
    held = effective(parts.rules.of(team), now)
    return [f"{locale.text(NAMES[name])}: {value_text(parts, name, held[name], locale)}" for name in names]


def language_title(language: str, locale: Locale) -> str:
    """Returns what a language calls itself, or that everybody keeps their own."""
    return locale.text(EVERYBODYS_OWN) if language in {"", OWN} else language_name(language)


def value_text(parts: TeamParts, name: str, value: TeamValue, locale: Locale) -> str:
    """Returns a value in words."""
    text = str(value.value or "")
    if name in PROVIDED:
        return title(parts, name, text or parts.parts.names(name)[0], locale)
    if name == "language":
        return language_title(text, locale)
    if name == "retention_days":
        days = int(value.value or LONGEST_DAYS)
        return locale.plural("%(n)s day", "%(n)s days", days)
    if not text:
        return locale.text("as in the whole installation")
    if value.origin is ValueOrigin.FILE:
        return text
    features = [feature.name for feature in parts.owners_in(text).features]
    return locale.text("of this workspace’s own: %(names)s", names=", ".join(features))


def title(parts: TeamParts, name: str, provider: str, locale: Locale) -> str:
    """Returns what a provider is called where it is chosen for a part."""
    if provider == "local":
        return locale.text(KEPT_HERE[name])
    return locale.text(parts.parts.titles.get(provider, provider))
