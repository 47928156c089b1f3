"""How clips are made in a channel: `/replay settings` and its modal."""

from __future__ import annotations

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.kernel.errors import Conflict, Misunderstood, Unfilmable
from bot.services.clips import channel_settings
from bot.services.clips.clip_settings import ClipSettings
from bot.services.desk import Desk
from bot.slack.buttons import Pressed
from bot.slack.people import Person
from handlers.payloads import Payload, Submission, submission

WORDS = frozenset({"settings", "설정"})


async def open_settings(command: Payload, desk: Desk) -> None:
    """`/replay settings`: the modal, with what holds now. Settings that can't be read are shown as if never made."""
    team, channel = command["team_id"], command["channel_id"]
    person = await desk.people.get(team, command["user_id"])
    it, version = await channel_settings.shown(desk, team, channel)
    view = desk.messages.modal(
        "channels/settings",
        person.locale,
        "channel.settings",
        Pressed(channel, version=version).value(),
        it=channel_settings.explicit(desk, it),
        widths=channel_settings.WIDTHS,
        lengths=channel_settings.LENGTHS_S,
    )
    await desk.clients.patient(team).views_open(trigger_id=command["trigger_id"], view=view)


async def saved(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    """The modal sent in. A selector that isn't one stays in the modal, with the reason."""
    it = submission(body)
    person = await desk.people.get(it.team, it.user)
    try:
        wanted = _wanted(it, person)
        before, version = await _save(desk, it, wanted)
    except Misunderstood as problem:
        await ack(response_action="errors", errors={"selectors": problem.sentence})
        return
    except Conflict as problem:
        await ack(response_action="errors", errors={"options": person.locale.text(problem.sentence)})
        return
    await ack()
    said = channel_settings.changes(before, wanted, person.locale)
    if not said:
        return
    message = desk.messages.message("channels/changed", person.locale, by=person.name, changes=said)
    key = f"settings:{it.pressed.id}:{version}"
    await desk.outbox.post(key, team=it.team, channel=it.pressed.id, message=message)


async def _save(desk: Desk, it: Submission, wanted: ClipSettings) -> tuple[ClipSettings, int]:
    """What held before, and the version that holds now. Raises Conflict."""
    try:
        before, _ = await channel_settings.settings(desk, it.team, it.pressed.id)
    except Unfilmable:
        return ClipSettings(), await channel_settings.save(desk, it.team, it.pressed.id, wanted, it.pressed.version)
    before = channel_settings.explicit(desk, before)
    if before == wanted:
        return before, it.pressed.version
    return before, await channel_settings.save(desk, it.team, it.pressed.id, wanted, it.pressed.version)


def _wanted(it: Submission, person: Person) -> ClipSettings:
    """Raises Misunderstood for a selector that is none."""
    ticked = it.values.get("options", "").split()
    return ClipSettings(
        at_once="at_once" in ticked,
        images="images" in ticked,
        selectors=channel_settings.selectors(it.values.get("selectors", ""), person.locale),
        width=int(it.values["width"]),
        longest_s=int(it.values["length"]),
        format="mp4" if it.values["format"] == "mp4" else "gif",
    )
