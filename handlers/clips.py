"""The moment: clips of a session, of another session, of another window."""

from __future__ import annotations

import msgspec

from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.replay.script.choice import kind_text
from bot.replay.script.transcript import clicks_text
from bot.services.clips import windows
from bot.services.clips.choose_clip import pickable_sessions
from bot.services.clips.clip_buttons import THREE
from bot.services.clips.clip_records import ClipOutcome
from bot.services.clips.jobs import ChooseClipJob
from bot.services.clips.request_clip import cancel_clip, request_clip
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob
from bot.services.services import Services
from bot.signals.question_text import facet_value
from bot.slack.private_replies import ReplyAddress
from bot.slack.web_api import fill_modal, open_view
from handlers.edge import FieldError
from handlers.payloads import ButtonPress, Submission


async def make(press: ButtonPress, services: Services) -> None:
    """*Clip*: of the most representative session. *Try again*, after a failure, is the same with a new attempt."""
    pressed = press.pressed
    if pressed.beside:
        await side_by_side(press, services)
        return
    await _request(
        press,
        services,
        ChooseClipJob(
            team=press.team,
            question=pressed.id,
            session=pressed.session,
            start_ms=pressed.start_ms,
            end_ms=pressed.end_ms,
            attempt=pressed.version,
            by=pressed.by or press.user,
            whole_page=pressed.whole_page,
        ),
    )


async def side_by_side(press: ButtonPress, services: Services) -> None:
    """*Show three sessions*: three that differ, in one clip. Whoever presses again hears that it is there."""
    pressed = press.pressed
    request = pressed.beside if pressed.beside != THREE else ""
    await _put_side_by_side(press, services, pressed.id, request, attempt=pressed.version)


async def before_and_after(press: ButtonPress, services: Services) -> None:
    """*Before and after*, on a fix that improved things: a session from before it beside one from after it."""
    request = await services.requests.records.get(press.team, press.pressed.id)
    await _put_side_by_side(press, services, request.question, request.id)


async def _put_side_by_side(
    press: ButtonPress, services: Services, question: str, request: str, attempt: int = 0
) -> None:
    job = ChooseSideBySideJob(
        team=press.team,
        question=question,
        request=request,
        attempt=attempt,
        address=press.address,
        press=press.trigger,
    )
    await services.clips.queue.put(job)


async def cancel(press: ButtonPress, services: Services) -> None:
    """*Cancel*: the clip is stopped, whether it waits or is being rendered. What has ended stays as it is."""
    outcome = await cancel_clip(services.clips, press.team, press.pressed, press.user)
    if not outcome.first:
        await services.slack.private.say(press.address, await _ended(press, services, outcome))


async def _ended(press: ButtonPress, services: Services, outcome: ClipOutcome) -> str:
    people = services.slack.people
    locale = (await people.get(press.team, press.user)).locale
    match outcome.ending:
        case "cancelled":
            who = (await people.get(press.team, outcome.who)).name
            return locale.text("%(who)s cancelled that clip already.", who=who)
        case "shown":
            return locale.text("That clip is finished already; nothing was cancelled.")
        case "failed":
            return locale.text("That clip couldn’t be made; there is nothing left to cancel.")


async def pick(press: ButtonPress, services: Services) -> None:
    """*Pick a session*: the candidates, in a modal that is open before the source is asked."""
    slack = services.slack
    client = slack.clients.patient(press.team)
    person = await slack.people.get(press.team, press.user)
    loading = slack.messages.modal("replay/loading", person.locale, "clip.loading", problem="")
    opened = await open_view(client, press.trigger, loading)
    try:
        moments = await pickable_sessions(services.clips, press.team, press.pressed.id, press.user)
    except ReplaybookError as error:
        view = slack.messages.modal("replay/loading", person.locale, "clip.loading", problem=error.text(person.locale))
    else:
        view = slack.messages.modal(
            "replay/pick",
            person.locale,
            "clip.pick",
            press.pressed.value(),
            moments=moments,
            spoken=facet_value,
            clicked=clicks_text,
            kind=kind_text,
        )
    await fill_modal(client, opened, view)


async def picked(submission: Submission, services: Services) -> None:
    job = ChooseClipJob(
        team=submission.team,
        question=submission.pressed.id,
        session=submission.entered("session"),
        by=submission.user,
    )
    await request_clip(services.clips, job)


async def earlier(press: ButtonPress, services: Services) -> None:
    """*−5 s*: the same clip, begun five seconds earlier, or where the recording begins."""
    pressed = press.pressed
    await _move(press, services, windows.begun_earlier(pressed.start_ms, pressed.end_ms))


async def later(press: ButtonPress, services: Services) -> None:
    """*+5 s*: the same clip, ended five seconds later, or where the recording ends."""
    pressed = press.pressed
    length_ms = await services.clips.records.length_ms(press.team, pressed.target)
    await _move(press, services, windows.ended_later(pressed.start_ms, pressed.end_ms, length_ms))


async def whole_page(press: ButtonPress, services: Services) -> None:
    """*Whole page*: the same clip, with the camera off."""
    pressed = press.pressed
    job = _clip_of(press, (pressed.start_ms, pressed.end_ms))
    await _request(press, services, msgspec.structs.replace(job, whole_page=True))


async def open_window(press: ButtonPress, services: Services) -> None:
    slack, pressed = services.slack, press.pressed
    person = await slack.people.get(press.team, press.user)
    view = slack.messages.modal(
        "replay/window",
        person.locale,
        "clip.window",
        pressed.value(),
        start=pressed.start_ms / 1000,
        end=pressed.end_ms / 1000,
        longest=windows.LONGEST_MS // 1000,
        length=await services.clips.records.length_ms(press.team, pressed.target) / 1000,
    )
    await open_view(slack.clients.patient(press.team), press.trigger, view)


async def window(submission: Submission, services: Services) -> None:
    """The modal sent in: a window that can't be is refused in the modal."""
    pressed, start, end = submission.pressed, submission.entered("start"), submission.entered("end")
    length_ms = await services.clips.records.length_ms(submission.team, pressed.target)
    try:
        start_ms, end_ms = windows.window(start, end, length_ms)
    except Misunderstood as problem:
        field = "start" if isinstance(problem, windows.BeforeRecording) else "end"
        raise FieldError(field, problem) from problem
    job = ChooseClipJob(
        team=submission.team,
        question=pressed.id,
        session=pressed.session,
        start_ms=start_ms,
        end_ms=end_ms,
        whole_page=pressed.whole_page,
        by=submission.user,
    )
    if await request_clip(services.clips, job) and windows.is_cut(end, end_ms):
        await _say_it_ends(submission, services, end_ms)


async def _say_it_ends(submission: Submission, services: Services, end_ms: int) -> None:
    """A modal belongs to no thread: what it leads to is said in the thread of the question."""
    slack = services.slack
    asked = await services.clips.questions.get(submission.team, submission.pressed.id)
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=submission.team)
    address = ReplyAddress(team=submission.team, channel=asked.channel, user=submission.user, thread=thread)
    locale = (await slack.people.get(submission.team, submission.user)).locale
    n = windows.seconds(end_ms, locale)
    await slack.private.say(address, locale.text("The recording ends after %(n)s s, so the clip ends there.", n=n))


async def _move(press: ButtonPress, services: Services, window: tuple[int, int]) -> None:
    """Asks for the moved window, and says where it could not be moved as far as was asked."""
    pressed = press.pressed
    locale = (await services.slack.people.get(press.team, press.user)).locale
    given_less = windows.given_less((pressed.start_ms, pressed.end_ms), window, locale)
    await _request(press, services, _clip_of(press, window), given_less)


def _clip_of(press: ButtonPress, window: tuple[int, int]) -> ChooseClipJob:
    """Another clip of the session under whose clip the button is."""
    pressed = press.pressed
    return ChooseClipJob(
        team=press.team,
        question=pressed.id,
        session=pressed.session,
        start_ms=window[0],
        end_ms=window[1],
        whole_page=pressed.whole_page,
        by=press.user,
    )


async def _request(press: ButtonPress, services: Services, job: ChooseClipJob, given_less: str = "") -> None:
    sentence = given_less
    if not await request_clip(services.clips, job, press.user):
        sentence = "That clip was asked for already: it is in the thread of the answer."
    if sentence:
        await services.slack.private.say(press.address, sentence)
