"""Keeps key times, impact and drafted summary up to date until the post-mortem is published.

What is counted is what the notebook's first number is about. What a person corrected holds; nothing is written when
nothing changed, and what the source has forgotten since is not unlearned.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.backlog.feature import Feature
from bot.backlog.key_time_proposals import Noticed, SignalFacts, proposed_times, told_in
from bot.backlog.request import Request
from bot.kernel.errors import Missing, Upstream
from bot.notebook import key_time_words as words
from bot.notebook.cell_data import Number
from bot.notebook.impact import Impact
from bot.notebook.key_times import SIGNAL_KINDS, KeyTimeKind, KeyTimes, with_proposals
from bot.notebook.notebook import Notebook
from bot.services.postmortems.count_impact import count_impact
from bot.services.postmortems.facts_context import FactsContext
from bot.services.postmortems.jobs import RefreshFactsJob
from bot.services.postmortems.signal_facts import Measured, signal_facts
from bot.services.postmortems.write_facts import CountedFacts, write_facts
from bot.signals.asked_question import AskedQuestion
from bot.signals.onset import LEAST_HIT
from bot.signals.source import Source

AGES = (
    (timedelta(hours=6), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(minutes=30)),
    (timedelta(days=90), timedelta(hours=6)),
)
"""Up to which age of the notebook it is counted again how often; an older one only when something happens to it."""
PAUSES = 60
"""So many times as long as the last count took nothing is counted: a source with few requests left lets us wait."""
MOST_COUNTS = 3
"""So often facts are counted in a row where follow-ups go on meanwhile."""
HISTORY = timedelta(days=2)
"""Data from so long before are needed to say anew when it began."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def refresh_soon(context: FactsContext, notebook: Notebook, *, recount: bool = True) -> None:
    """Has the facts of a notebook counted: something happened to it. `recount` is as in the job."""
    job = RefreshFactsJob(team=notebook.team, notebook=notebook.id, version=notebook.version, recount=recount)
    await context.queue.put(job)


async def refresh_of_channel(context: FactsContext, team: str, channel: str, *, recount: bool = True) -> None:
    """Whatever happened stands already, so a notebook that is away fails nothing: the clock comes by."""
    try:
        notebook = await context.postmortems.notebooks.find(team, channel)
    except Upstream as error:
        log.warning("the facts wait for the clock", team=team, channel=channel, why=error.sentence)
        return
    if notebook:
        await refresh_soon(context, notebook, recount=recount)


async def refresh_due(context: FactsContext) -> None:
    """The clock, once a minute: queues a job for each notebook that is due."""
    for team, id in await context.due.due(context.clock()):
        await context.queue.put(RefreshFactsJob(team=team, notebook=id))


async def refresh_facts(context: FactsContext, job: RefreshFactsJob) -> None:
    """Repeatable. The clock is set before the work, so it comes by again whatever happens here."""
    now = context.clock()
    try:
        notebook = await context.postmortems.notebook(job.team, job.notebook)
    except Missing:
        await context.due.close(job.team, job.notebook)
        return
    recount = job.recount or not _counted_lately(notebook, now)
    if recount:
        await _schedule(context, notebook, now)
    for _ in range(MOST_COUNTS):
        if notebook.head.published:
            return
        followed = await _followed(context, notebook)
        asked = await _measured_question(context, notebook)
        locale = notebook.locale
        measured = Measured(asked.answer, asked.answer.asked_at or now, locale.zone) if asked and asked.answer else None
        await write_facts(context, notebook, await _Count(context, notebook, asked, measured, now, recount).facts())
        notebook = await context.postmortems.notebook(job.team, job.notebook)
        if await _followed(context, notebook) == followed:
            break
    if recount:
        await _schedule(context, notebook, now, took=context.clock() - now)


async def _followed(context: FactsContext, notebook: Notebook) -> list[tuple[float, int]]:
    """Returns the versions of the follow-ups, in the notebook and themselves.

    What changes while facts are counted is counted by another job, which may be done first. Then this one, which knew
    less, counts once more.
    """
    requests = [await context.requests.find(notebook.team, row.key) for row in notebook.follow_ups]
    rows = zip(notebook.follow_ups, requests, strict=True)
    return [(row.revision, request.version if request else 0) for row, request in rows]


def _counted_lately(notebook: Notebook, now: datetime) -> bool:
    cell = notebook.managed(Impact.marker)
    counted = cell.data.counted_at if cell and isinstance(cell.data, Impact) else None
    return counted is not None and now - counted < AGES[0][1]


async def _schedule(context: FactsContext, notebook: Notebook, now: datetime, took: timedelta = timedelta()) -> None:
    """A published one may be reopened, so it is looked at now and then. A source that is slow is asked less often."""
    every = next((every for age, every in AGES if now - notebook.created < age), None)
    if every is None:
        await context.due.close(notebook.team, notebook.id)
        return
    pause = AGES[-1][1] if notebook.head.published else max(every, PAUSES * took)
    await context.due.look_at(notebook.team, notebook.id, now + pause)


async def _measured_question(context: FactsContext, notebook: Notebook) -> AskedQuestion | None:
    """Returns the question of the first number that is shown and still kept; one about a target goes first."""
    questions, candidates = context.postmortems.questions, []
    for cell in notebook.shown:
        if cell.marker and isinstance(cell.data, Number):
            try:
                asked = await questions.get(notebook.team, cell.marker.removeprefix("number/"))
            except Missing:
                continue
            candidates.append(asked)
    answered = [asked for asked in candidates if asked.answer is not None]
    about = [asked for asked in answered if asked.question.target or asked.question.view]
    chosen = next(iter([*about, *answered]), None)
    if chosen:
        await questions.keep(chosen.team, chosen.id)
    return chosen


@dataclass(frozen=True, slots=True)
class _Count:
    context: FactsContext
    notebook: Notebook
    asked: AskedQuestion | None
    measured: Measured | None
    now: datetime
    recount: bool

    async def facts(self) -> CountedFacts:
        """What the source told before stays where it is away or has forgotten it; the rest is brought up to date."""
        signals, known = await self._signals()
        times = await self._times(signals, known)
        impact = None if self._is_away(signals) else await self._impact(times)
        few = impact and signals.rise and impact.people.hit < LEAST_HIT and not self.notebook.key_times.corrected
        if few:
            times, impact = await self._times(SignalFacts(unknown=words.TOO_FEW), ()), None
        start = times.of(KeyTimeKind.IMPACT_START)
        calm = self.measured is not None and not self._is_away(signals) and not (start and start.at)
        return CountedFacts(self.notebook.key_times, times, impact, calm=calm)

    async def _signals(self) -> tuple[SignalFacts, Collection[KeyTimeKind]]:
        """Returns what the source tells, and the kinds of which it tells nothing new."""
        if self.measured is None:
            return SignalFacts(unknown=words.NO_QUESTION), ()
        if not self.recount:
            return SignalFacts(unknown=words.NOT_COUNTED), SIGNAL_KINDS
        try:
            signals = await signal_facts(await self._source(), self.measured, self.notebook.key_times, self.now)
        except Upstream as error:
            log.warning("key times stay as they are", notebook=self.notebook.id, why=error.sentence)
            return SignalFacts(unknown=words.NOT_COUNTED), SIGNAL_KINDS
        began = self.notebook.key_times.proposal(KeyTimeKind.IMPACT_START)
        forgotten = began and began.at and signals.kept_from and signals.kept_from > began.at - HISTORY
        return signals, SIGNAL_KINDS if forgotten else ()

    async def _times(self, signals: SignalFacts, known: Collection[KeyTimeKind]) -> KeyTimes:
        proposed = proposed_times(signals, await self._noticed(), await self._request())
        return with_proposals(self.notebook.key_times, proposed, known=known)

    @staticmethod
    def _is_away(signals: SignalFacts) -> bool:
        return signals.unknown == words.NOT_COUNTED and signals.rise is None

    async def _impact(self, times: KeyTimes) -> Impact | None:
        if self.measured is None:
            return None
        try:
            feature = await self._feature()
            event = feature.business if feature else ""
            return await count_impact(await self._source(), self.measured, times, self.now, event)
        except Upstream as error:
            log.warning("the impact stays as it is", notebook=self.notebook.id, why=error.sentence)
            return None

    async def _source(self) -> Source:
        """Returns the one that the question was answered from."""
        teams, usual = self.context.teams, self.context.source
        return await teams.source_of(self.asked, usual) if self.asked else usual

    async def _feature(self) -> Feature | None:
        if self.asked is None or not self.asked.feature:
            return None
        return await (await self.context.teams.owners(self.asked.team, self.context.owners)).named(self.asked.feature)

    async def _request(self) -> Request | None:
        """Returns the request about what is counted, or else the first of the notebook."""
        records, rows = self.context.requests, self.notebook.follow_ups
        known = [await records.find(self.notebook.team, row.key) for row in rows]
        requests = sorted((each for each in known if each), key=lambda each: each.asked_at)
        about = [each for each in requests if self.asked and each.feature == self.asked.feature]
        return next(iter([*about, *requests]), None)

    async def _noticed(self) -> tuple[Noticed, ...]:
        return (*told_in(self.notebook.timeline), *await self._questions())

    async def _questions(self) -> tuple[Noticed, ...]:
        """Returns who asked about it in the channel, and when: as first asked, however often it was refined since."""
        numbers = [cell.data for cell in self.notebook.cells if isinstance(cell.data, Number)]
        if self.asked is None or self.asked.answer is None:
            return tuple(Noticed(each.asked_at, each.asked_by) for each in numbers if each.asked_at)
        names = {target.name for target in self.asked.answer.targets}
        same = [each for each in numbers if names & set(each.targets) or names == set(each.targets)]
        in_notebook = [Noticed(each.asked_at, each.asked_by) for each in same if each.asked_at]
        team, people = self.asked.team, self.context.postmortems.slack.people
        about = await self.context.postmortems.questions.asked_about(self.asked)
        return (*in_notebook, *[Noticed(each.at, await people.name(team, each.user)) for each in about])
