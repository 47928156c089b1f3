"""*Find the replay* on a message: what it is about, asked in its thread, with a clip.

A message may have a link to an answer, a post-mortem or a message of ours, the id of a session (bare, or in the link of
a replay), a person as the sender of the events knows them, or a question in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

import msgspec

from bot.kernel.errors import Misunderstood
from bot.kernel.escape import cut
from bot.kernel.ids import meaning
from bot.kernel.locale import Locale
from bot.kernel.typed_words import typed_pattern
from bot.services.access.access import Deed
from bot.services.access.policy import Right
from bot.services.questions.context import QuestionContext
from bot.services.questions.jobs import AnswerJob
from bot.services.questions.refine import written_out
from bot.services.questions.submit import Asking, submit
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.parse import names_signals
from bot.signals.question import ALL_SIGNALS, Period, Question
from bot.signals.source import EMAIL, PERSON, SESSION, Inventory
from bot.slack.mrkdwn import unescaped
from bot.slack.own_links import OwnLink

LOOK_BACK = timedelta(days=30)
MOST_TEXT = 3000
SESSION_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)
ADDRESS = re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b")
MESSAGE_LINK = re.compile(r"/archives/([CGD][A-Z0-9]+)/p(\d{10})(\d{6})")
MARKUP = re.compile(r"<[^<>]*>")
NOT_KNOWN = "Nothing that happened in the last 30 days is known of “%(what)s”, so there is no replay to show."
NOTHING_TO_FIND = (
    "This message names no session, person or answer, and no question can be read in it. "
    "Write one as a reply, or mention the bot with a question."
)

NO_SIGNAL = (
    "“%(what)s” names no signals (rage clicks, dead clicks, errors or frustration), and the message no session, person "
    "or answer, so nothing was asked."
)
MOST_SAID = 120


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question, and the words in which it is asked."""

    question: Question
    words: str


async def find_replay(
    context: QuestionContext, asking: Asking, links: Sequence[OwnLink] = (), notebook_channel: str = ""
) -> AskedQuestion:
    """Asks what the message is about. `links` are those to our pages, `notebook_channel` is that of a post-mortem.

    Raises Misunderstood where it is about nothing that has a replay; then nothing was posted. Raises Denied.
    """
    questions = (
        await _linked(context, asking, links, notebook_channel)
        or await _whose(context, asking)
        or await _in_words(context, asking)
    )
    films = replace(asking, text=questions.words, films=True)
    asked = await submit(context, films, replace(questions.question, text=questions.words))
    if asked.films:
        return asked
    return await _with_a_clip(context, asked, asking)


async def _with_a_clip(context: QuestionContext, asked: AskedQuestion, asking: Asking) -> AskedQuestion:
    """The same question is being answered in the channel already, or was a moment ago: its answer gets a clip.

    It is made for whoever asked first, so that whoever wants it now is checked here. Raises Denied.
    """
    await context.access.permit(
        Deed.CLIP,
        team=asked.team,
        channel=asked.channel,
        user=asking.asker.id,
        target=asked.id,
        once=f"films:{asking.delivery}",
    )
    other = await context.records.change(asked, lambda record: msgspec.structs.replace(record or asked, films=True))
    await context.queue.put(AnswerJob(team=other.team, question=other.id, revision=meaning(asking.delivery, "films")))
    return other


async def _linked(
    context: QuestionContext, asking: Asking, links: Sequence[OwnLink], notebook_channel: str
) -> FoundQuestion | None:
    """The question behind a link to an answer, a message of ours, or a post-mortem, for who may see its channel."""
    asked = None
    if answers := [link for link in links if link.kind == "answers"]:
        asked = await context.records.on_page(answers[0].id)
    elif at := MESSAGE_LINK.search(asking.text):
        asked = await context.records.asked_in_thread(asking.team, at[1], f"{at[2]}.{at[3]}")
    elif notebook_channel and (newest := await context.records.newest_thread(asking.team, notebook_channel)):
        asked = await context.records.get(asking.team, newest[1])
    if asked is None or asked.team != asking.team:
        return None
    if notebook_channel == asked.channel and not answers:
        user = asking.asker.id
        if not await context.access.allows(Right.NOTEBOOK, asking.team, notebook_channel, user):
            return None
    if asked.channel != asking.channel and not await context.slack.people.sees(
        asking.team, asking.asker.id, asked.channel
    ):
        return None
    return FoundQuestion(asked.question, written_out(asked.question, asking.asker.locale))


async def _whose(context: QuestionContext, asking: Asking) -> FoundQuestion | None:
    """All that a session or a person met in the last 30 days. Raises Misunderstood for one that isn't known."""
    named = named_in(asking.text)
    if not named:
        return None
    value, facets = named
    source, locale = (await context.reader_of(asking.team)).source, asking.asker.locale
    known = [each for each in facets if not isinstance(source, Inventory) or await source.has_value(each, value)]
    if not known:
        raise Misunderstood(NOT_KNOWN, at=value, what=value)
    now = context.reader.clock().astimezone(locale.zone)
    question = Question(Period(now - LOOK_BACK, now), filters={known[0]: value})
    return FoundQuestion(question, _words(known[0], value, locale))


def _words(facet: str, value: str, locale: Locale) -> str:
    if facet == SESSION:
        return locale.text("the replay of session %(id)s", id=value)
    return locale.text("the replay of %(who)s", who=value)


@lru_cache
def _person_id() -> re.Pattern[str]:
    """Matches the id of a person behind a word for one, which has a digit so that no name is taken for it."""
    before = typed_pattern("people", "id")
    return re.compile(rf"{before}\s*[:=#]?\s*([a-z0-9_.-]*\d[a-z0-9_.-]*[a-z0-9_]|\d)", re.I)


def named_in(text: str) -> tuple[str, tuple[str, ...]] | None:
    """A session or a person, with the facets that it may be a value of."""
    if session := SESSION_ID.search(text):
        return session[0].lower(), (SESSION,)
    if address := ADDRESS.search(text):
        return address[0], (EMAIL, PERSON)
    if person := _person_id().search(MARKUP.sub(" ", text)):
        return person[1], (PERSON,)
    return None


async def _in_words(context: QuestionContext, asking: Asking) -> FoundQuestion:
    """The first line or sentence that is a question and names signals; else the thread's. Raises Misunderstood."""
    reader, locale = await context.reader_of(asking.team), asking.asker.locale
    plain = unescaped(MARKUP.sub(" ", asking.text[:MOST_TEXT])).strip()
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    sentences = [part.strip() for line in lines for part in re.split(r"(?<=[.!?])\s+", line) if part.strip()]
    questions: list[FoundQuestion] = []
    for words in dict.fromkeys((*([plain] if len(lines) == 1 else []), *lines, *sentences)):
        with suppress(Misunderstood):
            questions.append(FoundQuestion(await reader.read(words, locale), words))
    if naming := [each for each in questions if names_signals(each.words)]:
        return next((each for each in naming if each.question.signals != ALL_SIGNALS), naming[0])
    if base := await context.records.of_thread(asking.team, asking.channel, asking.thread):
        return FoundQuestion(base, written_out(base, locale))
    usual = tuple(await reader.examples(locale))
    if not questions:
        raise Misunderstood(NOTHING_TO_FIND, examples=usual)
    words = questions[0].words
    meant = f"{words.rstrip('.!? ')} {locale.text('frustration signals')}"
    with suppress(Misunderstood):
        await reader.read(meant, locale)
        usual = (meant, *usual[:2])
    raise Misunderstood(NO_SIGNAL, examples=usual, what=cut(words, MOST_SAID))
