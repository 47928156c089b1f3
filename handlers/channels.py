"""How clips are made in a channel: `/replay settings` and its modal."""

from __future__ import annotations

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.desk import channels
from bot.desk.buttons import Pressed
from bot.desk.clip_settings import ClipSettings
from bot.desk.desk import Desk
from bot.runtime.errors import Conflict, Misunderstood, Unfilmable
from bot.runtime.people import Person
from handlers.payloads import Payload, Submission, submission

WORDS = frozenset({"settings", "설정"})


async def open_settings(command: Payload, desk: Desk) -> None:
    """`/replay settings`: the modal, with what holds now. Settings that can't be read are shown as if never made."""
    team, channel = command["team_id"], command["channel_id"]
    person = await desk.people.get(team, command["user_id"])
    it, version = await channels.shown(desk, team, channel)
    view = desk.messages.modal(
        "channels/settings",
        person.locale,
        "channel.settings",
        Pressed(channel, version=version).value(),
        it=channels.explicit(desk, it),
        widths=channels.WIDTHS,
        lengths=channels.LENGTHS_S,
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
    said = channels.changes(before, wanted, person.locale)
    if not said:
        return
    message = desk.messages.message("channels/changed", person.locale, by=person.name, changes=said)
    key = f"settings:{it.pressed.id}:{version}"
    await desk.outbox.post(key, team=it.team, channel=it.pressed.id, message=message)


async def _save(desk: Desk, it: Submission, wanted: ClipSettings) -> tuple[ClipSettings, int]:
    """What held before, and the version that holds now. Raises Conflict."""
    try:
        before, _ = await channels.settings(desk, it.team, it.pressed.id)
    except Unfilmable:
        return ClipSettings(), await channels.save(desk, it.team, it.pressed.id, wanted, it.pressed.version)
    before = channels.explicit(desk, before)
    if before == wanted:
        return before, it.pressed.version
    return before, await channels.save(desk, it.team, it.pressed.id, wanted, it.pressed.version)


def _wanted(it: Submission, person: Person) -> ClipSettings:
    """Raises Misunderstood for a selector that is none."""
    ticked = it.values.get("options", "").split()
    return ClipSettings(
        at_once="at_once" in ticked,
        images="images" in ticked,
        selectors=channels.selectors(it.values.get("selectors", ""), person.locale),
        width=int(it.values["width"]),
        longest_s=int(it.values["length"]),
        format="mp4" if it.values["format"] == "mp4" else "gif",
    )
