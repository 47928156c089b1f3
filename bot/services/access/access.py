"""The one gate before what people do: checks the policies, and notes it in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import msgspec

from bot.kernel.errors import Conflict, Misunderstood, Unavailable
from bot.kernel.locale import Locale
from bot.services.access.audit_log import AuditEntry, AuditLog
from bot.services.access.policy import ADMINS, EVERYONE, NOBODY, InstallationPolicies, Policy, Right, Who
from bot.slack.people import People, Person
from bot.state import keys
from bot.state.records import Records, RecordStore


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


class Deed(Enum):
    """What is noted: its name in the audit log, and the right that it needs."""

    def __init__(self, action: str, right: Right | None) -> None:
        self.action = action
        self.right = right

    ASK = ("question.asked", Right.ASK)
    REFINE = ("question.refined", Right.ASK)
    ASK_OWNER = ("request.asked", Right.ASK)
    CLIP = ("clip.requested", Right.CLIP)
    SHARE_CLIP = ("clip.shared", Right.CLIP)
    LIST_SESSIONS = ("sessions.viewed", Right.CLIP)
    VIEW_NOTEBOOK = ("notebook.viewed", Right.NOTEBOOK)
    CHANGE_NOTEBOOK = ("notebook.changed", Right.NOTEBOOK)
    VIEW_ANSWER = ("answer.viewed", None)
    EXPORT_NOTEBOOK = ("notebook.exported", Right.NOTEBOOK)
    ANSWER = ("request.answered", None)
    ANSWER_ON_BEHALF = ("request.answered_on_behalf", Right.ANSWER)
    CHANGE_SETTINGS = ("settings.changed", Right.SETTINGS)
    CHANGE_POLICIES = ("policies.changed", Right.SETTINGS)
    SET_WATCH = ("watch.set", Right.WATCH)
    END_WATCH = ("watch.ended", Right.WATCH)


REFUSED = {
    Right.ASK: _("You may not ask questions in this channel; %(who)s can change that."),
    Right.CLIP: _("You may not make clips in this channel; %(who)s can change that."),
    Right.NOTEBOOK: _("You may not use this channel’s post-mortem; %(who)s can change that."),
    Right.ANSWER: _("Only who was asked, their group or a deputy may answer this; %(who)s can change that."),
    Right.SETTINGS: _("You may not change this channel’s settings; %(who)s can change that."),
    Right.WATCH: _("You may not set or end watches in this channel; %(who)s can change that."),
}
SHARED = _("This channel is shared with another organization, so it gets no clips; %(who)s can change that.")
GUEST = _("Guests get no clips in this channel; %(who)s can change that.")
BY_FILE = _("whoever runs the bot")
BY_ANYBODY = _("anybody here, with /replay policies,")
BY_ADMINS = _("an admin of this workspace, with /replay policies,")
BY_SOME = _("%(names)s, with /replay policies,")


class Denied(Misunderstood):
    """A policy says no; the sentence names who can change it. `who` is a text for the catalogs, and its values."""

    def __init__(self, sentence: str, who: str, names: str = "", reason: str = "") -> None:
        super().__init__(sentence, who=who % {"names": names})
        self._sentence, self._who, self._names = sentence, who, names
        self.reason = reason

    def text(self, locale: Locale) -> str:
        return locale.text(self._sentence, who=locale.text(self._who, names=self._names))


@dataclass(frozen=True, slots=True)
class Access:
    """Every service asks it before it does something. The policies of a channel are a record."""

    people: People
    audit: AuditLog
    installation: InstallationPolicies
    store: RecordStore

    async def permit(self, deed: Deed, *, team: str, channel: str, user: str, target: str = "", once: str = "") -> None:
        """Either way it is noted. Raises Denied, Unavailable where Slack doesn't say who that is, and Upstream."""
        kind = deed.action.partition(".")[0]
        entry = AuditEntry(action=deed.action, team=team, channel=channel, user=user, kind=kind, target=target)
        try:
            if deed.right:
                await self.check(deed.right, team, channel, user)
        except Denied as denied:
            refused = msgspec.structs.replace(entry, outcome="failure", reason=denied.reason)
            await self.audit.note(refused, once)
            raise
        await self.audit.note(entry, once)

    async def check(self, right: Right, team: str, channel: str, user: str) -> None:
        """Raises Denied, and Unavailable where Slack doesn't say who that is."""
        by_file, by_channel = self.installation.of(channel), (await self.policy(team, channel))[0]
        if right is Right.CLIP:
            await self._check_clips(team, channel, user, by_file, by_channel)
        named = [(policy, policy.of(right)) for policy in (by_file, by_channel) if policy.of(right)]
        if right is Right.ANSWER and not named:
            named = [(by_channel, (NOBODY,))]
        for policy, who in named:
            if not await self._is_among(who, team, user, right, of_channel=policy is by_channel):
                file = policy is by_file
                await self._refuse(REFUSED[right], right.value, team, by_file, by_channel, file=file)

    async def _check_clips(self, team: str, channel: str, user: str, by_file: Policy, by_channel: Policy) -> None:
        shared = _allowed(by_file.clips_in_shared_channels, by_channel.clips_in_shared_channels)
        if not shared and await self.people.is_shared(team, channel):
            file = by_file.clips_in_shared_channels is False
            await self._refuse(SHARED, "shared channel", team, by_file, by_channel, file=file)
        if not user or _allowed(by_file.clips_for_guests, by_channel.clips_for_guests):
            return
        if (await self._known(team, user)).guest:
            await self._refuse(GUEST, "guest", team, by_file, by_channel, file=by_file.clips_for_guests is False)

    async def _known(self, team: str, user: str) -> Person:
        person = await self.people.get(team, user)
        if person.unknown:
            raise Unavailable("Slack doesn't say who you are right now, so it can't be checked what you may do.")
        return person

    async def _is_among(self, who: Who, team: str, user: str, right: Right, *, of_channel: bool) -> bool:
        if EVERYONE in who or user in who:
            return True
        groups = [await self.people.group_members(team, name) for name in who if name.startswith("S")]
        if any(user in members for members in groups):
            return True
        admins = ADMINS in who or (of_channel and right is Right.SETTINGS)  # nobody locks everybody out
        if admins and user and (await self._known(team, user)).admin:
            return True
        if not all(groups):
            raise Unavailable("Slack doesn't say who is in a group that may do this; try again in a moment.")
        return False

    async def _refuse(
        self, sentence: str, reason: str, team: str, by_file: Policy, by_channel: Policy, *, file: bool
    ) -> None:
        if file or NOBODY in by_file.settings:
            raise Denied(sentence, BY_FILE, reason=reason)
        changers = by_channel.settings or by_file.settings
        if not changers or EVERYONE in changers:
            raise Denied(sentence, BY_ANYBODY, reason=reason)
        names = [await self._name(team, id) for id in changers if id not in {ADMINS, NOBODY}]
        if not names:
            raise Denied(sentence, BY_ADMINS, reason=reason)
        raise Denied(sentence, BY_SOME, ", ".join(names), reason)

    async def _name(self, team: str, id: str) -> str:
        if id.startswith("S"):
            return f"@{await self.people.group_name(team, id)}"
        return (await self.people.get(team, id)).name

    async def policy(self, team: str, channel: str) -> tuple[Policy, int]:
        """What the channel's people set, and its version (0: nothing yet)."""
        return await self._policies.get(_key(team, channel)) or (Policy(), 0)

    async def save_policy(self, team: str, channel: str, wanted: Policy, version: int) -> int:
        """Keeps it over the version that was shown; returns the new one. Raises Conflict."""
        try:
            return await self._policies.put(_key(team, channel), wanted, version)
        except Conflict:
            raise Conflict("Someone changed these settings in the meantime; please open them again.") from None

    @property
    def _policies(self) -> Records[Policy]:
        return Records(self.store, Policy)


def _allowed(*said: bool | None) -> bool:
    return True in said and False not in said


def _key(team: str, channel: str) -> str:
    return keys.record(team, "policy", channel)
