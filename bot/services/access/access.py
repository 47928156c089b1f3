"""The one gate before what people do: checks the policies, and notes it in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import msgspec

from bot.kernel.errors import Conflict, ReplaybookError, Unavailable
from bot.kernel.locale import Locale
from bot.services.access.audit_log import AuditEntry, AuditLog
from bot.services.access.policy import ADMINS, EVERYONE, NOBODY, InstallationPolicies, Policy, Right, Who
from bot.slack.channel_guests import ChannelGuests, GuestsThere
from bot.slack.people import People
from bot.slack.person import Person
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
    VIEW_ANSWER = ("answer.viewed", None)
    CLIP = ("clip.requested", Right.CLIP)
    CANCEL_CLIP = ("clip.cancelled", Right.CLIP)
    SHARE_CLIP = ("clip.shared", Right.CLIP)
    ATTACH_CLIP = ("clip.attached", Right.CLIP)
    VIEW_FILE = ("file.viewed", None)
    LIST_SESSIONS = ("sessions.viewed", Right.CLIP)
    VIEW_NOTEBOOK = ("notebook.viewed", Right.NOTEBOOK)
    CHANGE_NOTEBOOK = ("notebook.changed", Right.NOTEBOOK)
    FINISH_NOTEBOOK = ("notebook.finished", Right.NOTEBOOK)
    EXPORT_NOTEBOOK = ("notebook.exported", Right.NOTEBOOK)
    PUBLISH_NOTEBOOK = ("notebook.published", Right.NOTEBOOK)
    SHARE_NOTEBOOK = ("notebook.shared", Right.NOTEBOOK)
    PREVIEW = ("link.previewed", None)
    ASK_OWNER = ("request.asked", Right.ASK)
    ANSWER = ("request.answered", None)
    ANSWER_ON_BEHALF = ("request.answered_on_behalf", Right.ANSWER)
    COMPARE = ("request.compared", Right.ASK)
    LINK_TICKET = ("ticket.linked", None)
    VIEW_TICKET = ("ticket.viewed", None)
    CHANGE_TICKET = ("ticket.changed", None)
    CHANGE_SETTINGS = ("settings.changed", Right.SETTINGS)
    CHANGE_POLICIES = ("policies.changed", Right.SETTINGS)
    OPEN_CLIPS = ("clips.opened", Right.SETTINGS)
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
GUESTS_THERE = _("Guests are in this channel, so it gets no clips; %(who)s can change that.")
GUESTS_UNKNOWN = _("It can’t be told whether guests are in this channel, so it gets no clips; %(who)s can change that.")
OPENING = _("You may not let clips into channels with guests or another organization; %(who)s can change that.")
BY_FILE = _("whoever runs the bot")
BY_ANYBODY = _("anybody here, with /replay policies,")
BY_MEMBERS = _("any full member of this workspace, with /replay policies,")
BY_ADMINS = _("an admin of this workspace, with /replay policies,")
BY_SOME = _("%(names)s, with /replay policies,")
ELSEWHERE = {
    BY_MEMBERS: _("any full member of the workspace that has this bot, with /replay policies,"),
    BY_ADMINS: _("an admin of the workspace that has this bot, with /replay policies,"),
}
"""The same for whoever is of another organization, and has another workspace in mind."""


UNNAMED: dict[Right, Who] = {Right.ANSWER: (NOBODY,)}
"""Who has a right that neither policy names anybody for: everyone, but for these."""
ABOUT_GUESTS = frozenset({"shared channel", "guest", "guests in channel", "opening"})
"""Reasons that guests can do nothing about, as they don't change settings unless they are named."""


class Denied(ReplaybookError):
    """A policy says no; its text names who can change it, and logs don't. `who` is a text for the catalogs."""

    def __init__(self, sentence: str, who: str, names: str = "", reason: str = "") -> None:
        super().__init__(sentence, who=who % {"names": "…"})
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
    guests: ChannelGuests

    async def permit(self, deed: Deed, *, team: str, channel: str, user: str, target: str = "", once: str = "") -> None:
        """Either way it is noted. Raises Denied, Unavailable where Slack doesn't say who that is, and Upstream."""
        await self.require(deed, team=team, channel=channel, user=user, target=target, once=once)
        await self.audit.note(_entry(deed, team, channel, user, target), once)

    async def require(
        self, deed: Deed, *, team: str, channel: str, user: str, target: str = "", once: str = ""
    ) -> None:
        """Before it is known whether anything comes of it, or once more in a job: only a refusal is noted.

        Raises like `permit`.
        """
        try:
            if deed.right:
                await self.check(deed.right, team, channel, user)
            if deed is Deed.OPEN_CLIPS:
                await self._check_opening(team, channel, user)
        except Denied as denied:
            entry = _entry(deed, team, channel, user, target)
            await self.audit.note(msgspec.structs.replace(entry, outcome="failure", reason=denied.reason), once)
            raise

    async def allows(self, right: Right, team: str, channel: str, user: str) -> bool:
        """For lists, which leave out what somebody may not see. Raises like `check`, but for Denied."""
        try:
            await self.check(right, team, channel, user)
        except Denied:
            return False
        return True

    async def check(self, right: Right, team: str, channel: str, user: str) -> None:
        """Raises Denied, and Unavailable where Slack doesn't say who that is."""
        by_file, by_channel = await self._policies_of(team, channel)
        if right is Right.CLIP:
            await self._check_clips(team, channel, user, by_file, by_channel)
        named = [(policy, policy.of(right)) for policy in (by_file, by_channel) if policy.of(right)]
        for policy, who in named or [(by_channel, UNNAMED.get(right, (EVERYONE,)))]:
            if not await self._is_among(who, team, user, right, of_channel=policy is by_channel):
                settings = _changed_by(by_file, by_channel.settings, file=policy is by_file)
                await self._refuse(REFUSED[right], right.value, team, user, settings)

    async def _check_opening(self, team: str, channel: str, user: str) -> None:
        """Who may let clips into channels with guests or others: whom the file names for `settings`, or admins."""
        by_file, _ = await self._policies_of(team, channel)
        who = by_file.settings or (ADMINS,)
        if not await self._is_among(who, team, user, Right.SETTINGS, of_channel=False):
            await self._refuse(OPENING, "opening", team, user, _changed_by(by_file, who))

    async def is_open(self, right: Right, team: str, channel: str) -> bool:
        """Whether everybody in the channel has the right, so that what it is about may be shown where others read."""
        policies = await self._policies_of(team, channel)
        return all(not policy.of(right) or EVERYONE in policy.of(right) for policy in policies)

    async def gets_clips(self, team: str, channel: str) -> bool:
        """Whether clips may be shown in a channel at all, whoever made them. Raises Upstream."""
        try:
            await self._check_clips(team, channel, "", *await self._policies_of(team, channel))
        except Denied:
            return False
        return True

    async def sees_clips(self, team: str, channel: str, user: str) -> bool:
        """Whether one person sees the channel's clips on a page; `user` is empty where it is shared with everybody.

        Then its owner has decided, unless the policies say no. Raises Unavailable.
        """
        policies = await self._policies_of(team, channel)
        guests = [policy.clips_for_guests for policy in policies]
        if not user or _allowed(*guests):
            return False not in guests
        person = await self._known(team, user)
        shared = [policy.clips_in_shared_channels for policy in policies]
        return not person.guest or (person.partner and _allowed(*shared))

    async def _policies_of(self, team: str, channel: str) -> tuple[Policy, Policy]:
        return self.installation.of(channel), (await self.policy(team, channel))[0]

    async def _check_clips(self, team: str, channel: str, user: str, by_file: Policy, by_channel: Policy) -> None:
        """The channel's own people don't decide who else sees clips, so the sentences don't name them."""
        openers = by_file.settings or (ADMINS,)
        shared = _allowed(by_file.clips_in_shared_channels, by_channel.clips_in_shared_channels)
        if not shared and await self.people.is_shared(team, channel):
            by = _changed_by(by_file, openers, file=by_file.clips_in_shared_channels is False)
            await self._refuse(SHARED, "shared channel", team, user, by)
        if _allowed(by_file.clips_for_guests, by_channel.clips_for_guests):
            return
        by = _changed_by(by_file, openers, file=by_file.clips_for_guests is False)
        if user and (await self._known(team, user)).guest:
            await self._refuse(GUEST, "guest", team, user, by)
        there = await self.guests.of(team, channel)
        if there is not GuestsThere.NONE:
            sentence = GUESTS_THERE if there is GuestsThere.SOME else GUESTS_UNKNOWN
            await self._refuse(sentence, "guests in channel", team, user, by)

    async def _known(self, team: str, user: str) -> Person:
        person = await self.people.get(team, user)
        if person.unknown:
            raise Unavailable("Slack doesn’t say who you are right now, so it can’t be checked what you may do.")
        return person

    async def _is_among(self, who: Who, team: str, user: str, right: Right, *, of_channel: bool) -> bool:
        if user in who:
            return True
        if EVERYONE in who and (right is not Right.SETTINGS or not (await self._known(team, user)).guest):
            return True
        groups = [await self.people.group_members(team, name) for name in who if name.startswith("S")]
        if any(user in members for members in groups):
            return True
        admins = ADMINS in who or (of_channel and right is Right.SETTINGS)  # nobody locks everybody out
        if admins and user and (await self._known(team, user)).admin:
            return True
        if not all(groups):
            raise Unavailable("Slack doesn’t say who is in a group that may do this; try again in a moment.")
        return False

    async def _refuse(self, sentence: str, reason: str, team: str, user: str, settings: Who | None) -> None:
        """`settings` are whom a policy names for changing it, None where only the file can."""
        if settings is None:
            raise Denied(sentence, BY_FILE, reason=reason)
        reader = await self.people.get(team, user) if user else None
        who, names = await self._changers(settings, team)
        if who == BY_ANYBODY and ((reader and reader.guest) or reason in {Right.SETTINGS.value, *ABOUT_GUESTS}):
            who = BY_MEMBERS
        raise Denied(sentence, ELSEWHERE.get(who, who) if reader and reader.partner else who, names, reason)

    async def _changers(self, settings: Who, team: str) -> tuple[str, str]:
        """Who can change policies, as a text for the catalogs, and the names in it."""
        if not settings or EVERYONE in settings:
            return BY_ANYBODY, ""
        names = [await self._name(team, id) for id in settings if id not in {ADMINS, NOBODY}]
        return (BY_SOME, ", ".join(names)) if names else (BY_ADMINS, "")

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


def _entry(deed: Deed, team: str, channel: str, user: str, target: str) -> AuditEntry:
    kind = deed.action.partition(".")[0]
    return AuditEntry(action=deed.action, team=team, channel=channel, user=user, kind=kind, target=target)


def _changed_by(by_file: Policy, settings: Who, *, file: bool = False) -> Who | None:
    """Who may change a policy; None where it is the `file`'s own, or the file lets nobody."""
    return None if file or NOBODY in by_file.settings else settings or by_file.settings


def _allowed(*answers: bool | None) -> bool:
    return True in answers and False not in answers


def _key(team: str, channel: str) -> str:
    return keys.record(team, "policy", channel)
