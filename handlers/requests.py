"""The answer: asking the owner, and what the owner says."""

from __future__ import annotations

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.backlog.request import RequestAction, RequestState
from bot.backlog.sentences import already
from bot.kernel.errors import Conflict, Misunderstood
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.services.requests import acknowledge, notify
from bot.slack import private_replies
from handlers.payloads import Payload, Submission, press, submission

MODALS = {
    "backlog.in_backlog": (RequestAction.IN_BACKLOG, "backlog/in_backlog"),
    "backlog.hand_over": (RequestAction.HAND_OVER, "backlog/hand_over"),
    "backlog.not_doing": (RequestAction.NOT_DOING, "backlog/not_doing"),
}
AT_ONCE = {
    "backlog.snooze": RequestAction.SNOOZE,
    "backlog.accept": RequestAction.ACCEPT,
    "backlog.give_back": RequestAction.GIVE_BACK,
}


async def ask_owner(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    it = press(body)
    asked = await lookup.asked(desk, it.team, it.pressed.id)
    person = await desk.people.get(it.team, it.user)
    if known := await acknowledge.asked_already(desk, asked):
        sentence, url = already(known, desk.clock(), person.locale), await notify.link_to(desk, known)
        told = private_replies.private_message(desk, person, sentence, url=url)
        await respond(**told, response_type="ephemeral", replace_original=False)
        return
    await desk.queue.put(
        "request", queued_jobs.RequestOwnerJob(it.team, it.pressed.id, it.user), id=f"request:{it.pressed.id}"
    )


async def open_modal(ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond, desk: Desk) -> None:
    """One of the three answers. A press that comes too late is told what already happened, and opens nothing."""
    await ack()
    it = press(body)
    name = body["actions"][0]["action_id"]
    action, template = MODALS[name]
    person = await desk.people.get(it.team, it.user)
    try:
        request = await acknowledge.open_for(desk, it.team, it.pressed, action, person)
    except Conflict as told:
        await respond(
            **private_replies.private_message(desk, person, told.sentence),
            response_type="ephemeral",
            replace_original=False,
        )
        return
    view = desk.messages.modal(template, person.locale, name, it.pressed.value(), request=request)
    await client.views_open(trigger_id=it.trigger, view=view)


async def answered(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    """A modal sent in. What can't be taken stays in the modal with the reason; the rest is a job."""
    it = submission(body)
    action, _ = MODALS[body["view"]["callback_id"]]
    person = await desk.people.get(it.team, it.user)
    try:
        await acknowledge.take(desk, it.team, it.pressed, action, person, _entered(it))
    except (Conflict, Misunderstood) as problem:
        first = next(block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input")
        await ack(response_action="errors", errors={first: problem.sentence})
        return
    await ack()


async def at_once(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """Snoozing, taking over, giving back: one press, no modal."""
    await ack()
    it = press(body)
    person = await desk.people.get(it.team, it.user)
    action = AT_ONCE[body["actions"][0]["action_id"]]
    try:
        await acknowledge.take(desk, it.team, it.pressed, action, person, acknowledge.Entered())
    except (Conflict, Misunderstood) as problem:
        await respond(
            **private_replies.private_message(desk, person, problem.sentence),
            response_type="ephemeral",
            replace_original=False,
        )


async def compare(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """*Compare now*: the check after the fix, without waiting for its day."""
    await ack()
    it = press(body)
    request = await lookup.request(desk, it.team, it.pressed.id)
    if request.state is RequestState.DONE:
        await desk.queue.put("verification", queued_jobs.VerifyJob(it.team, request.id), id=f"verify:{request.id}")
        return
    person = await desk.people.get(it.team, it.user)
    told = private_replies.private_message(desk, person, already(request, desk.clock(), person.locale))
    await respond(**told, response_type="ephemeral", replace_original=False)


def _entered(it: Submission) -> acknowledge.Entered:
    values = it.values
    return acknowledge.Entered(
        ticket=values.get("ticket", ""),
        title=values.get("title", ""),
        reason=values.get("reason", ""),
        to=values.get("to", ""),
    )
