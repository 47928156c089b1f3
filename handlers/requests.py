"""The answer: asking the owner, what the owner says, and what becomes of the follow-up."""

from __future__ import annotations

import asyncio
from dataclasses import fields

from bot.backlog.follow_up_plan import KINDS, MEANINGS, Priority
from bot.backlog.request import Request, RequestAction
from bot.backlog.seen_before import rows_of
from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.services.requests.acknowledge import acknowledge, open_for
from bot.services.requests.answerers import NotAsked, may_answer, party_of
from bot.services.requests.ask_owner import press_ask, press_dispute
from bot.services.requests.earlier_failures import seen_by
from bot.services.requests.entered import NOT_FOUND, Entered, WrongField
from bot.services.requests.follow_ups import propose
from bot.services.requests.offered_tickets import linked, searched
from bot.services.requests.required_fields import to_ask
from bot.services.requests.verify_fix import press_compare
from bot.services.services import Services
from bot.slack.buttons import Pressed
from bot.slack.person import Person
from bot.slack.web_api import fill_modal, open_view
from handlers.edge import FieldError
from handlers.payloads import OLD_FORM, ButtonPress, MenuQuery, Submission

MODALS = {
    "backlog.in_backlog": (RequestAction.IN_BACKLOG, "backlog/in_backlog"),
    "backlog.hand_over": (RequestAction.HAND_OVER, "backlog/hand_over"),
    "backlog.not_doing": (RequestAction.NOT_DOING, "backlog/not_doing"),
    "backlog.plan": (RequestAction.PLAN, "backlog/plan"),
    "backlog.drop": (RequestAction.NOT_DOING, "backlog/not_doing"),
    "backlog.stands": (RequestAction.NOT_DOING, "backlog/not_doing"),
}
AT_ONCE = {
    "backlog.snooze": RequestAction.SNOOZE,
    "backlog.accept": RequestAction.ACCEPT,
    "backlog.give_back": RequestAction.GIVE_BACK,
    "backlog.finish": RequestAction.FINISH,
}
CUSTOM = "custom:"
"""With the id of a field: the name of the input for it."""
ON_BEHALF, LOADING = "backlog.on_behalf", "backlog.loading"
PLANNED = frozenset({RequestAction.IN_BACKLOG, RequestAction.PLAN})
CHOICES = {
    "kinds": [(kind, KINDS[kind], MEANINGS[kind]) for kind in KINDS],
    "priorities": list(Priority),
}


async def ask_owner(press: ButtonPress, services: Services) -> None:
    await press_ask(services.requests, press.address, press.pressed.id, press.trigger)


async def open_modal(press: ButtonPress, services: Services) -> None:
    """One of the answers. A press that comes too late is told what already happened, and opens nothing."""
    action, template = MODALS[press.action]
    person = await services.slack.people.get(press.team, press.user)
    request = await open_for(services.requests, press.team, press.pressed, action, person)
    await _open(press, services, person, request, template, action)


async def _open(
    press: ButtonPress, services: Services, person: Person, request: Request, template: str, action: RequestAction
) -> None:
    """The form, in a modal that is open before anything is looked up: a trigger lives for three seconds."""
    slack, client = services.slack, services.slack.clients.patient(press.team)
    loading = slack.messages.modal("backlog/loading", person.locale, LOADING, problem="")
    opened = await open_view(client, press.trigger, loading)
    try:
        values, carried = await _form(press, services, person, request, action)
    except ReplaybookError as error:
        view = slack.messages.modal("backlog/loading", person.locale, LOADING, problem=error.text(person.locale))
    else:
        view = slack.messages.modal(template, person.locale, press.action, carried.value(), **values)
    await fill_modal(client, opened, view)


async def _form(
    press: ButtonPress, services: Services, person: Person, request: Request, action: RequestAction
) -> tuple[dict[str, object], Pressed]:
    """What the form shows, and what it carries until it is sent in."""
    carried = press.pressed
    values: dict[str, object] = {
        "request": request,
        "asked": party_of(request),
        "outsider": not await may_answer(services.requests, request, person),
    }
    if action in PLANNED:
        proposal = await propose(services.requests, request, person)
        carried = proposal.carried(press.pressed)
        values |= {"proposal": proposal, **CHOICES}
    if action is RequestAction.IN_BACKLOG:
        earlier, links, required = await asyncio.gather(
            seen_by(services.requests, request, person.id),
            linked(services.requests, request),
            to_ask(services.requests, request),
        )
        example = services.requests.trackers.of(request.tracker, request.team).example
        values |= {"earlier": rows_of(earlier), "linked": links, "required": required, "example": example}
    return values, carried


async def answered(submission: Submission, services: Services) -> None:
    """A modal sent in. What can't be taken stays in the modal with the reason; the rest is a job."""
    action, _ = MODALS[submission.callback]
    await _take(submission, services, action)


async def answered_on_behalf(submission: Submission, services: Services) -> None:
    """The one press more after a button that needs no form. Raises Misunderstood for another than those."""
    action = next((each for each in AT_ONCE.values() if each == submission.pressed.text), None)
    if action is None:
        raise Misunderstood(OLD_FORM)
    await _take(submission, services, action)


async def _take(submission: Submission, services: Services, action: RequestAction) -> None:
    person = await services.slack.people.get(submission.team, submission.user)
    try:
        await acknowledge(
            services.requests, submission.team, submission.pressed, action, person, _entered(submission.values)
        )
    except WrongField as problem:
        raise FieldError(problem.field, problem) from problem
    except NotAsked as problem:
        raise FieldError("on_behalf", problem) from problem


def _entered(values: dict[str, str]) -> Entered:
    known = {each.name: values[each.name] for each in fields(Entered) if values.get(each.name)}
    custom = tuple((name.removeprefix(CUSTOM), text) for name, text in values.items() if name.startswith(CUSTOM))
    return Entered(**{**known, "on_behalf": bool(known.get("on_behalf")), "custom": custom})  # type: ignore[arg-type]


async def search(query: MenuQuery, services: Services) -> list[tuple[str, str]]:
    """Options of the menu in which a ticket is searched; where there are none, one that says why."""
    person = await services.slack.people.get(query.team, query.user)
    try:
        tickets = await searched(services.requests, query.team, query.pressed.id, query.typed)
    except ReplaybookError as error:
        return [(error.text(person.locale), NOT_FOUND)]
    return [(f"{ticket.key} {ticket.title}", ticket.key) for ticket in tickets]


async def at_once(press: ButtonPress, services: Services) -> None:
    """Snoozing, taking over, giving back, done: one press, no modal; one more for somebody who wasn't asked."""
    person = await services.slack.people.get(press.team, press.user)
    action = AT_ONCE[press.action]
    try:
        await acknowledge(services.requests, press.team, press.pressed, action, person, Entered())
    except NotAsked as problem:
        await _open_on_behalf(press, services, person, action, problem)


async def _open_on_behalf(
    press: ButtonPress, services: Services, person: Person, action: RequestAction, problem: NotAsked
) -> None:
    request = await services.requests.records.get(press.team, press.pressed.id)
    carried = Pressed(press.pressed.id, version=press.pressed.version, text=str(action))
    view = services.slack.messages.modal(
        "backlog/on_behalf",
        person.locale,
        ON_BEHALF,
        carried.value(),
        request=request,
        asked=problem.asked,
        outsider=True,
        action=str(action),
    )
    await open_view(services.slack.clients.patient(press.team), press.trigger, view)


async def dispute(press: ButtonPress, services: Services) -> None:
    """A ticket was closed without a fix, and somebody doesn't take that for an answer."""
    await press_dispute(services.requests, press.address, press.pressed)


async def compare(press: ButtonPress, services: Services) -> None:
    await press_compare(services.requests, press.address, press.pressed.id)
