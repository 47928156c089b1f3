"""No path forgets to ask the policies: each is in a table, and each that has a right is walked by who hasn't got it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

import handlers
from bot.backlog.request import RequestAction
from bot.jobs import answer_jobs, clip_jobs
from bot.kernel.errors import ReplaybookError
from bot.services.access.access import Denied
from bot.services.access.audit_log import AuditEntry
from bot.services.access.policy import Policy, Right
from bot.services.clips.jobs import ChooseClipJob
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob
from bot.services.postmortems.command_words import read_command
from bot.services.postmortems.jobs import AddMessageJob, AddToNotebookJob
from bot.services.requests.jobs import AcknowledgeJob, RequestOwnerJob
from bot.signals.asked_question import AskedQuestion, LiveAnswer
from bot.signals.watch import Watch
from bot.slack.buttons import Pressed
from bot.slack.private_replies import ReplyAddress
from bot.state.connection import connected
from bot.web.access.route_rules import RouteRule, rule_of
from handlers.edge import FieldError
from handlers.payloads import ButtonPress, MessageShortcut, SlackEvent, SlashCommand, Submission
from tests.handlers import policy_paths as paths
from tests.handlers.signed_in_house import CLOSED_CHANNEL, MINA, TEAM, SignedInHouse
from tests.handlers.test_page_access import addresses
from tests.handlers.walking import quiet

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOBODY = {right.value: ("nobody",) for right in Right}
QUESTION, REQUEST, WATCH, CLIP = "Q0ACCESS", "R1", "W0ACCESS", "K0ACCESS"
ADDRESS = ReplyAddress(team=TEAM, channel=CLOSED_CHANNEL, user=MINA.id)
MESSAGE = {"ts": "1700000000.000100", "user": MINA.id, "text": "rage clicks today"}
ENTERED = {
    "question": "rage clicks today", "session": "s-1", "start": "1", "end": "5", "width": "640", "length": "10",
    "format": "gif", "title": "Fix Buy", "reason": "no time", "to": "U0JISOOHAN", "outcome": "Buy works",
}  # fmt: skip


async def test_every_way_in_is_in_a_table() -> None:
    assert set(paths.ACTIONS) == set(handlers.ACTIONS)
    assert set(paths.VIEWS) == set(handlers.VIEWS)
    assert set(paths.SHORTCUTS) == set(handlers.SHORTCUTS)
    assert set(paths.MENUS) == set(handlers.MENUS)
    assert set(paths.EVENTS) == {constraints["type"] for constraints, _ in handlers.EVENTS}
    assert {name for name, _ in paths.COMMANDS} == set(handlers.COMMANDS)
    commanded = {read_command(words).action for name, words in paths.COMMANDS if name == "/postmortem"}
    assert commanded | {read_command("").action} == paths.POSTMORTEM_ACTIONS
    assert set(paths.JOBS) == {*answer_jobs(), *clip_jobs()}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def walked(site: SignedInHouse) -> AsyncIterator[SignedInHouse]:
    """Something of each kind in a channel in which nobody may do anything."""
    services = site.services
    asked = await services.questions.records.get(TEAM, QUESTION)
    now = site.clock()
    watch = Watch(id=WATCH, team=TEAM, channel=CLOSED_CHANNEL, by=MINA.id, question=asked.question, tag="en",
                  zone="UTC", since=now, until=now + timedelta(days=1))  # fmt: skip
    await services.watches.records.add(watch, "meaning", 10, 10)
    await services.requests.records.change(
        await services.requests.records.get(TEAM, REQUEST),
        lambda record: msgspec.structs.replace(record, question=QUESTION),
    )
    _, version = await services.access.policy(TEAM, CLOSED_CHANNEL)
    await services.access.save_policy(TEAM, CLOSED_CHANNEL, Policy(**NOBODY), version)  # type: ignore[arg-type]
    yield site
    _, version = await services.access.policy(TEAM, CLOSED_CHANNEL)
    await services.access.save_policy(TEAM, CLOSED_CHANNEL, Policy(), version)


async def noted(site: SignedInHouse, deed: Callable[[], Awaitable[object]]) -> list[AuditEntry]:
    """What the audit log has of a deed and of what it put on the queue, which may fail as it likes."""
    audit, now = site.services.access.audit, site.clock()
    await audit.delete_before(now + timedelta(days=1))
    try:
        await deed()
    except Denied:
        pass
    except FieldError as shown:
        if not isinstance(shown.error, Denied):
            pytest.fail(f"{shown.error!r} instead of a refusal")
    except ReplaybookError as error:
        pytest.fail(f"{error!r} instead of a refusal")
    async with connected(str(site.settings.redis_url)) as redis:
        await quiet(redis)
    return [entry async for entry in audit.entries(now - timedelta(days=1), now + timedelta(days=1))]


async def assert_refused(site: SignedInHouse, right: Right, deed: Callable[[], Awaitable[object]]) -> None:
    entries = await noted(site, deed)
    assert [(entry.outcome, entry.reason, entry.user) for entry in entries] == [("failure", right.value, MINA.id)]


def with_rights(table: dict[Any, paths.Asks]) -> list[Any]:
    return [pytest.param(name, right, id=str(name)) for name, right in table.items() if isinstance(right, Right)]


@pytest.fixture(autouse=True)
def forms_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack opens a modal for a press of its own alone."""

    async def opened(*_: Any) -> str:
        return "V1"

    for module in (handlers.clips, handlers.requests, handlers.channel_settings, handlers.channel_policies):
        monkeypatch.setattr(module, "open_view", opened)
        monkeypatch.setattr(module, "fill_modal", opened, raising=False)


@pytest.mark.parametrize(("command", "right"), with_rights(paths.COMMANDS))
async def test_a_command_asks(walked: SignedInHouse, command: tuple[str, str], right: Right) -> None:
    name, words = command
    typed = SlashCommand(ADDRESS, words, f"{words} as typed", "U0RPLAYBK1")
    await assert_refused(walked, right, lambda: handlers.COMMANDS[name](typed, walked.services))


@pytest.mark.parametrize(("action", "right"), with_rights(paths.ACTIONS))
async def test_a_button_asks(walked: SignedInHouse, action: str, right: Right) -> None:
    if action == "live.stop":
        await keep_live(walked)
    carried = await pressed(walked, action)
    press = ButtonPress(ADDRESS, action, MESSAGE["ts"], f"{action} pressed", carried)
    await assert_refused(walked, right, lambda: handlers.ACTIONS[action](press, walked.services))


async def pressed(site: SignedInHouse, action: str) -> Pressed:
    id = REQUEST if action.startswith("backlog.") and action != "backlog.ask" else QUESTION
    if action.startswith("watches.end"):
        id = WATCH
    if action == "clip.before_after":
        id = REQUEST
    if action == "channel.join":
        return Pressed(f"answer:{QUESTION}", target=CLOSED_CHANNEL)
    if id == REQUEST:
        await in_the_state_for(site, action)
    carried = Pressed(id, version=await version_of(site, id), session="s-1", start_ms=9000, end_ms=14000, target=CLIP)
    return msgspec.structs.replace(carried, text="rage clicks today", facet="device", old="fridge", new="desktop")


STATES = {
    "backlog.dispute": "closed", "backlog.plan": "in_backlog", "backlog.drop": "in_backlog",
    "backlog.finish": "in_backlog", "backlog.stands": "closed", "backlog.accept": "handed_over",
    "backlog.give_back": "handed_over",
}  # fmt: skip
"""What a request must have come to for a button, where it isn't being asked."""


async def in_the_state_for(site: SignedInHouse, action: str) -> None:
    records = site.services.requests.records
    request = await records.get(TEAM, REQUEST)
    await records.change(
        request, lambda record: msgspec.structs.replace(record, state=type(record.state)(STATES.get(action, "asked")))
    )


async def version_of(site: SignedInHouse, id: str) -> int:
    return (await site.services.requests.records.get(TEAM, id)).version if id == REQUEST else 0


async def keep_live(site: SignedInHouse) -> None:
    now = site.clock()
    live = LiveAnswer(since=now, until=now + timedelta(hours=1), minutes=5, by=MINA.id, changed=now)

    def kept_live(record: AskedQuestion | None) -> AskedQuestion:
        assert record is not None
        return msgspec.structs.replace(record, live=live)

    records = site.services.questions.records
    await records.change(await records.get(TEAM, QUESTION), kept_live)


@pytest.mark.parametrize(("view", "right"), with_rights(paths.VIEWS))
async def test_a_modal_asks(walked: SignedInHouse, view: str, right: Right) -> None:
    id = {"channel.settings": CLOSED_CHANNEL, "channel.policies": CLOSED_CHANNEL}.get(view, QUESTION)
    action = view if view != "backlog.on_behalf" else "backlog.snooze"
    carried = Pressed(id, session="s-1", target=CLIP)
    if view.startswith("backlog."):
        carried = msgspec.structs.replace(await pressed(walked, action), text=str(RequestAction.SNOOZE))
    sent = Submission(msgspec.structs.replace(ADDRESS, channel=""), view, f"V {view}", carried, ENTERED)
    await assert_refused(walked, right, lambda: handlers.VIEWS[view](sent, walked.services))


@pytest.mark.parametrize(("shortcut", "right"), with_rights(paths.SHORTCUTS))
async def test_a_shortcut_asks(walked: SignedInHouse, shortcut: str, right: Right) -> None:
    chosen = MessageShortcut(ADDRESS, shortcut, "1700000009.000100", MESSAGE)
    await assert_refused(walked, right, lambda: handlers.SHORTCUTS[shortcut](chosen, walked.services))


@pytest.mark.parametrize(("event", "right"), with_rights(paths.EVENTS))
async def test_an_event_asks(walked: SignedInHouse, event: str, right: Right) -> None:
    data = {"type": event, "user": MINA.id, "channel": CLOSED_CHANNEL, "channel_id": CLOSED_CHANNEL, **MESSAGE,
            "item": {"message": MESSAGE}, "event_ts": "1700000009.000100"}  # fmt: skip
    behaviour = next(behaviour for constraints, behaviour in handlers.EVENTS if constraints["type"] == event)
    heard = SlackEvent(TEAM, "U0RPLAYBK1", data)
    await assert_refused(walked, right, lambda: behaviour(heard, walked.services))


@pytest.mark.parametrize(("name", "right"), with_rights(paths.JOBS))
async def test_a_job_that_was_queued_before_asks_again(walked: SignedInHouse, name: str, right: Right) -> None:
    now = walked.clock()
    job = {
        ChooseClipJob.job_name: ChooseClipJob(team=TEAM, question=QUESTION, by=MINA.id),
        ChooseSideBySideJob.job_name: ChooseSideBySideJob(team=TEAM, question=QUESTION, address=ADDRESS, press="p"),
        AddToNotebookJob.job_name: AddToNotebookJob(team=TEAM, question=QUESTION, by=MINA.id),
        AddMessageJob.job_name: AddMessageJob(team=TEAM, channel=CLOSED_CHANNEL, ts=MESSAGE["ts"], kind="marked",
                                              event_ts="1700000009.000100", by=MINA.id, address=ADDRESS),
        RequestOwnerJob.job_name: RequestOwnerJob(team=TEAM, question=QUESTION, by=MINA.id),
        AcknowledgeJob.job_name: AcknowledgeJob(team=TEAM, request=REQUEST, action=RequestAction.SNOOZE, by=MINA.id,
                                                at=now, version=0, until=now, on_behalf=True),
    }[name]  # fmt: skip
    run: Any = answer_jobs()[name]
    await assert_refused(walked, right, lambda: run.run(walked.services, job))


async def test_every_page_of_a_notebook_asks(walked: SignedInHouse) -> None:
    """By the router's own list: a page that somebody adds is among them."""
    count = 0
    for method, address, path in addresses(walked):
        if rule_of(address) is not RouteRule.NOTEBOOK or address.endswith("/version"):
            continue
        count += 1
        statuses: list[int] = []

        async def visit(method: str = method, path: str = path, statuses: list[int] = statuses) -> None:
            sent: dict[str, Any] = (
                {"data": {"csrf": walked.csrf(MINA.id), "text": "x", "name": "Mina"}} if method == "POST" else {}
            )
            statuses.append((await walked.ask(method, path, MINA.id, **sent))[0])

        await assert_refused(walked, Right.NOTEBOOK, visit)
        assert statuses == [403], path
    assert count > 15
