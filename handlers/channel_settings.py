"""How clips are made in a channel: `/replay settings` and its modal."""

from __future__ import annotations

from bot.kernel.errors import Conflict, Misunderstood
from bot.services.access.access import Deed
from bot.services.clips import channel_clip_settings
from bot.services.clips.clip_settings import ClipSettings
from bot.services.services import Services
from bot.slack.buttons import Pressed
from bot.slack.web_api import open_view
from handlers.edge import FieldError
from handlers.payloads import SlashCommand, Submission

BY_SEVERITY = "-"
"""The choice of no template. No template's name begins so."""


async def open_settings(command: SlashCommand, services: Services) -> None:
    """`/replay settings`: the modal, with what holds now. Settings that can't be read are shown as if never made."""
    address, slack = command.address, services.slack
    await services.access.require(
        Deed.CHANGE_SETTINGS,
        team=address.team,
        channel=address.channel,
        user=address.user,
        target=address.channel,
        once=command.trigger,
    )
    person = await slack.people.get(address.team, address.user)
    settings, version = await services.clips.records.settings_to_edit(address.team, address.channel)
    view = slack.messages.modal(
        "channels/settings",
        person.locale,
        "channel.settings",
        Pressed(address.channel, version=version).value(),
        it=channel_clip_settings.explicit(settings, services.clips.defaults),
        widths=channel_clip_settings.WIDTHS,
        lengths=channel_clip_settings.LENGTHS_S,
        loops=channel_clip_settings.LOOPS,
        templates=services.postmortems.templates.all(person.locale),
        zone=settings.zone or person.zone,
        admin=person.admin,
    )
    await open_view(slack.clients.patient(address.team), command.trigger, view)


async def saved(submission: Submission, services: Services) -> None:
    """The modal sent in. A selector that isn't one stays in the modal, with the reason."""
    quiet = _hours(submission)
    try:
        wanted = _wanted(submission, *quiet)
    except Misunderstood as problem:
        raise FieldError("selectors", problem) from problem
    try:
        await channel_clip_settings.save(
            services.clips, submission.team, submission.pressed.id, wanted, submission.pressed.version, submission.user
        )
    except Conflict as conflict:
        raise FieldError("options", conflict) from conflict


def _hours(submission: Submission) -> tuple[int | None, int | None]:
    """Returns the quiet hours. Raises Misunderstood, and FieldError where only one end was chosen or both are one."""
    start, end = (submission.values.get(name, "none") for name in ("quiet_from", "quiet_until"))
    if (start == "none") != (end == "none") or start == end != "none":
        raise FieldError("quiet_until", Misunderstood("Quiet hours need a beginning and another end."))
    if start == "none":
        return None, None
    return submission.chosen("quiet_from", range(24)), submission.chosen("quiet_until", range(24))


def _wanted(submission: Submission, quiet_from: int | None, quiet_until: int | None) -> ClipSettings:
    """Raises Misunderstood for a selector that is none."""
    values = submission.values
    ticked = values.get("options", "").split()
    return ClipSettings(
        at_once="at_once" in ticked,
        images="images" in ticked,
        selectors=channel_clip_settings.selectors(values.get("selectors", "")),
        width=submission.chosen("width", channel_clip_settings.WIDTHS),
        longest_s=submission.chosen("length", channel_clip_settings.LENGTHS_S),
        loops=submission.chosen("loops", channel_clip_settings.LOOPS) if values.get("loops") else None,
        no_digest="weekly" not in values.get("digest", "").split(),
        format="mp4" if submission.entered("format") == "mp4" else "gif",
        template=values.get("template", "").removeprefix(BY_SEVERITY),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        live="live" in ticked,
    )
