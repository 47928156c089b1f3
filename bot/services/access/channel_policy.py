"""The policy of one channel, as its people set it with `/replay policies`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.locale import Locale
from bot.services.access.access import Access, Deed
from bot.services.access.policy import ADMINS, NOBODY, Policy, Right
from bot.slack.slack import Slack

MOST_GROUPS = 97
"""A menu has 100 choices at most."""


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


NAMES = {
    Right.ASK: _("Ask questions"),
    Right.CLIP: _("Make clips"),
    Right.NOTEBOOK: _("Use the post-mortem"),
    Right.ANSWER: _("Answer on behalf of whoever was asked"),
    Right.SETTINGS: _("Change settings and policies"),
    Right.WATCH: _("Set and end watches"),
}


async def choices(slack: Slack, team: str, locale: Locale, policy: Policy) -> list[dict[str, str]]:
    """Who can be chosen: admins, nobody, user groups; and whoever is chosen already."""
    groups = dict(sorted((await slack.people.groups(team)).items(), key=lambda group: group[1])[:MOST_GROUPS])
    chosen = {name for right in Right for name in policy.of(right)} - set(groups) - {ADMINS, NOBODY}
    return [
        {"label": locale.text("Admins of the workspace"), "value": ADMINS},
        {"label": locale.text("Nobody"), "value": NOBODY},
        *({"label": f"@{handle}", "value": id} for id, handle in groups.items()),
        *({"label": id, "value": id} for id in sorted(chosen)),
    ][:100]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What somebody wants of a channel, over the version that they were shown."""

    team: str
    channel: str
    by: str
    wanted: Policy
    version: int


async def save(access: Access, slack: Slack, change: PolicyChange) -> None:
    """Keeps the policy over the version that was shown, and tells the channel what changed. Raises Conflict, Denied.

    Letting clips in is for fewer people than the rest.
    """
    team, channel, wanted, by, version = change.team, change.channel, change.wanted, change.by, change.version
    before, _version = await access.policy(team, channel)
    for deed in [Deed.OPEN_CLIPS, Deed.CHANGE_POLICIES] if _opens(before, wanted) else [Deed.CHANGE_POLICIES]:
        await access.permit(deed, team=team, channel=channel, user=by, target=channel, once=str(version))
    if before == wanted:
        return
    now = await access.save_policy(team, channel, wanted, version)
    person = await slack.people.get(team, by)
    texts = await changes(slack, team, before, wanted, person.locale)
    message = slack.messages.message("channels/changed", person.locale, by=person.name, changes=texts)
    await slack.outbox.post(f"policies:{channel}:{now}", team=team, channel=channel, message=message)


def _opens(before: Policy, wanted: Policy) -> bool:
    """Whether clips would be shown to people who don't see them now."""
    of_guests = wanted.clips_for_guests and not before.clips_for_guests
    return bool(of_guests or (wanted.clips_in_shared_channels and not before.clips_in_shared_channels))


async def changes(slack: Slack, team: str, before: Policy, after: Policy, locale: Locale) -> list[str]:
    """What is different now, one text a right."""
    groups, texts = await slack.people.groups(team), []
    words = {ADMINS: locale.text("admins of the workspace"), NOBODY: locale.text("nobody")}
    for right in Right:
        if before.of(right) != after.of(right):
            named = ", ".join(words.get(name) or f"@{groups.get(name, name)}" for name in after.of(right))
            usual = locale.text("only who was asked") if right is Right.ANSWER else locale.text("everyone")
            texts.append(f"{locale.text(NAMES[right])}: {named or usual}")
    if before.clips_in_shared_channels != after.clips_in_shared_channels:
        yes = locale.text("clips although the channel is shared with another organization")
        texts.append(yes if after.clips_in_shared_channels else locale.text("no clips while the channel is shared"))
    if before.clips_for_guests != after.clips_for_guests:
        texts.append(locale.text("clips for guests") if after.clips_for_guests else locale.text("no clips for guests"))
    return texts


def policy_of(values: dict[str, str]) -> Policy:
    """The policy from the inputs of the modal; a right that nobody is named for is everyone's."""
    ticked = values.get("clips", "").split()
    who = {right: tuple(values.get(right.value, "").split()) for right in Right}
    return Policy(
        ask=who[Right.ASK],
        clip=who[Right.CLIP],
        notebook=who[Right.NOTEBOOK],
        answer=who[Right.ANSWER],
        settings=who[Right.SETTINGS],
        watch=who[Right.WATCH],
        clips_in_shared_channels="shared" in ticked or None,
        clips_for_guests="guests" in ticked or None,
    )
