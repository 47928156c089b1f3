"""The answer: asking the owner, and what the owner says."""

from __future__ import annotations

from bot.backlog.request import RequestAction
from bot.services.requests.acknowledge import Entered, acknowledge, open_for
from bot.services.requests.ask_owner import press_ask
from bot.services.requests.verify_fix import press_compare
from bot.services.services import Services
from handlers.payloads import ButtonPress, Submission

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


async def ask_owner(press: ButtonPress, services: Services) -> None:
    await press_ask(services.requests, press.address, press.pressed.id)


async def open_modal(press: ButtonPress, services: Services) -> None:
    """One of the three answers. A press that comes too late is told what already happened, and opens nothing."""
    slack, (action, template) = services.slack, MODALS[press.action]
    person = await slack.people.get(press.team, press.user)
    request = await open_for(services.requests, press.team, press.pressed, action, person)
    view = slack.messages.modal(template, person.locale, press.action, press.pressed.value(), request=request)
    await slack.clients.patient(press.team).views_open(trigger_id=press.trigger, view=view)


async def answered(submission: Submission, services: Services) -> None:
    """A modal sent in. What can't be taken stays in the modal with the reason; the rest is a job."""
    action, _ = MODALS[submission.callback]
    person = await services.slack.people.get(submission.team, submission.user)
    values = submission.values
    entered = Entered(
        ticket=values.get("ticket", ""),
        title=values.get("title", ""),
        reason=values.get("reason", ""),
        to=values.get("to", ""),
    )
    await acknowledge(services.requests, submission.team, submission.pressed, action, person, entered)


async def at_once(press: ButtonPress, services: Services) -> None:
    """Snoozing, taking over, giving back: one press, no modal."""
    person = await services.slack.people.get(press.team, press.user)
    await acknowledge(services.requests, press.team, press.pressed, AT_ONCE[press.action], person, Entered())


async def compare(press: ButtonPress, services: Services) -> None:
    await press_compare(services.requests, press.address, press.pressed.id)
