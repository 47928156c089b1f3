"""Two workspaces and a partner use one bot at the same time, and nobody finds anything of another."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import NewTicket
from bot.jobs import answer_jobs, clip_jobs
from bot.kernel.clock import Clock
from bot.kernel.errors import Missing, ReplaybookError
from bot.notebook.notebook import Notebook
from bot.queue.job import ANSWERS, Repeat
from bot.services.postmortems.render_pdf import PdfRecords
from bot.slack.channel_messages import download
from bot.state.expiring_bytes import ExpiringBytes
from tests.handlers.foreign_jobs import Foreign, foreign_jobs
from tests.handlers.house import INCIDENT, JISOO, MINA, House, Json, has, until
from tests.handlers.many_teams import PARTNER, ManyTeams, many_teams
from tests.handlers.test_installs import HARBOR, NORDIC, QUESTION, ask
from tests.handlers.walking import quiet

NORA, THEIRS = "U0NORAHARBOR", "C0INCHARBOR"


async def keys_of(redis: Redis) -> list[str]:
    return [key.decode() async for key in redis.scan_iter()]


async def add_to_notebook(there: ManyTeams, team: str, user: str, channel: str, answer: Json) -> None:
    await press(there.house(team), user, channel, answer["ts"], "notebook.add")

    async def opened() -> bool:
        return await there.services.postmortems.notebooks.find(team, channel) is not None

    await until(opened)
    await quiet(there.redis)


async def press(house: House, user: str, channel: str, ts: str, action: str) -> Json:
    return await house.human("press", user=user, channel=channel, ts=ts, block_id="answer", action_id=action)


async def test_a_walk_through_two_workspaces_finds_nothing_of_the_other(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, sample, redis_server, clock) as there:
        for team in (NORDIC, HARBOR):
            await there.install(team)
        ours, theirs = await ask(there, NORDIC, MINA.id, INCIDENT), await ask(there, HARBOR, NORA, THEIRS)
        await add_to_notebook(there, NORDIC, MINA.id, INCIDENT, ours)
        services = there.services
        notebook = await services.postmortems.notebooks.find(NORDIC, INCIDENT)
        assert notebook
        assert [each.id for each in await services.postmortems.notebooks.list(NORDIC)] == [notebook.id]
        assert list(await services.postmortems.notebooks.list(HARBOR)) == []
        question = json.loads(theirs["blocks"][-2]["elements"][0]["value"])["id"]
        mine = json.loads(ours["blocks"][-2]["elements"][0]["value"])["id"]
        for team, id in ((NORDIC, question), (HARBOR, mine)):
            with pytest.raises(Missing):
                await services.questions.records.get(team, id)
            for look in (services.requests.records.get, services.clips.records.shown):
                with_other = await nothing(look, team, id)
                assert with_other is None
        harbor = there.house(HARBOR)
        await harbor.say("/postmortem list", user=NORA, channel=THEIRS)
        assert notebook.title not in str(await harbor.messages(user=NORA, channel=THEIRS))
        await tickets_are_apart(there)
        await no_file_goes_to_another(there, notebook.cells)
        await no_key_has_two_owners(there)
        for team, channels in ((NORDIC, {INCIDENT}), (HARBOR, {THEIRS})):
            calls = await there.journal(team, way="api")
            named = {it["args"]["channel"] for it in calls if "channel" in it["args"]}
            assert named <= {*channels, *people(there, team)}
            assert await there.house(team).refused() == []
        await jobs_are_apart(there, ours, notebook)


async def jobs_are_apart(there: ManyTeams, ours: Json, notebook: Notebook) -> None:
    """Every job of the queue, put by one workspace with the ids of the other's: none finds or changes anything."""
    house, services = there.house(NORDIC), there.services
    question = json.loads(ours["blocks"][-2]["elements"][0]["value"])["id"]
    await house.press(ours, "backlog.ask")
    await house.reply(ours["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(ours, "watches.set")
    [watch] = await until(lambda: services.watches.records.of_team(NORDIC))
    await quiet(there.redis)
    [request] = await services.requests.records.open(NORDIC)
    theirs = Foreign(question, request.id, watch.id, notebook.id)
    jobs, tried = foreign_jobs(theirs, there.clock()), dict[str, Any]({**answer_jobs(), **clip_jobs()})
    assert {job.job_name for job in jobs} == {name for name, job in tried.items() if not isinstance(job, Repeat)}
    before = await kept_of(there.redis, NORDIC)
    said = {team: await posted(there, team) for team in (NORDIC, HARBOR)}
    for job in jobs:
        run: Any = tried[job.job_name].run
        with suppress(ReplaybookError):
            await run(services if job.lane == ANSWERS else render_context_of(there), job)
    await quiet(there.redis)
    assert await kept_of(there.redis, NORDIC) == before
    assert {team: await posted(there, team) for team in (NORDIC, HARBOR)} == said


def render_context_of(there: ManyTeams) -> Any:
    """What a worker renders with, but for the browser: none of these jobs gets as far."""
    services, clips = there.services, there.services.clips
    return SimpleNamespace(
        slack=services.slack, questions=clips.questions, records=clips.records, access=services.access,
        pdfs=PdfRecords(ExpiringBytes(there.redis)), pool=None, recordings=None, teams=services.teams,
        defaults=clips.defaults,
    )  # fmt: skip


async def posted(there: ManyTeams, team: str) -> list[Json]:
    """What the bot has said in a workspace, but to people alone."""
    calls = await there.journal(team, way="api")
    public = [it["args"] for it in calls if it["name"] in {"chat.postMessage", "chat.update", "chat.unfurl"}]
    return [args for args in public if str(args["channel"]).startswith("C")]


async def kept_of(redis: Redis, team: str) -> dict[str, object]:
    """The records of a workspace, but for those that the clock writes by itself."""
    names = [key for key in await keys_of(redis) if key.startswith(f"{team}:record:") and ":record:watch" not in key]
    return {name: await redis.hgetall(name) for name in names}  # type: ignore[misc]


async def nothing(look: object, team: str, id: str) -> object:
    try:
        return await look(team, id)  # type: ignore[operator]
    except ReplaybookError:
        return None


def people(there: ManyTeams, team: str) -> set[str]:
    return set(there.workspaces[team].team.people)


async def tickets_are_apart(there: ManyTeams) -> None:
    trackers = there.services.requests.trackers
    made = await trackers.of("local", NORDIC).create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    assert list(await trackers.of("local", HARBOR).find("Buy")) == []
    with pytest.raises(Missing):
        await trackers.of("local", HARBOR).get(made.key)


async def no_file_goes_to_another(there: ManyTeams, cells: object) -> None:
    """A file of a workspace, asked for with the token of the other."""
    nordic = there.services.slack.clients.for_team(NORDIC)
    url = await nordic.files_getUploadURLExternal(filename="x.txt", length=2)
    async with there.session.post(url["upload_url"], data=b"ok") as answer:
        assert answer.status == 200
    done = await nordic.files_completeUploadExternal(files=[{"id": url["file_id"], "title": "x"}])
    address = done["files"][0]["url_private"]
    assert await download(there.services.slack.clients, NORDIC, address, 100) == b"ok"
    with pytest.raises(Missing):
        await download(there.services.slack.clients, HARBOR, address, 100)


async def no_key_has_two_owners(there: ManyTeams) -> None:
    """Whatever is named after one workspace's people or channels lies under its own name."""
    for key in await keys_of(there.redis):
        owner, _, rest = key.replace("{", "").replace("}", "").partition(":")
        if owner == NORDIC:
            assert THEIRS not in rest
            assert NORA not in rest
        if owner == HARBOR:
            assert INCIDENT not in rest
            assert MINA.id not in rest


async def test_what_a_partner_presses_and_sends_in_belongs_to_the_workspace_that_has_the_bot(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, sample, redis_server, clock) as there:
        await there.install(NORDIC)
        house = there.house(NORDIC)
        answer = await ask(there, NORDIC, MINA.id, INCIDENT)
        await press(house, PARTNER.id, INCIDENT, answer["ts"], "signals.refine")
        view = await house.modal(user=PARTNER.id)
        kind = next(block for block in view["blocks"] if block["type"] == "input")
        await house.submit(view, {kind["block_id"]: {kind["element"]["action_id"]: "dead clicks on buy button"}},
                           user=PARTNER.id)  # fmt: skip
        sent = (await there.journal(NORDIC, way="delivery", name="view_submission"))[-1]
        assert PARTNER.home in sent["body"]
        mention = await house.say(f"@Replaybook {QUESTION}", user=PARTNER.id)
        await house.reply(mention["ts"], lambda it: "Asked by Pia Partner" in str(it))
        await quiet(there.redis)
        assert [key for key in await keys_of(there.redis) if key.lstrip("{").startswith(PARTNER.home)] == []
        assert await house.refused() == []


async def test_who_invites_the_bot_hears_one_short_hello_once(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, None, redis_server, clock) as there:
        await there.install(HARBOR)
        house, channel = there.house(HARBOR), "C0NEWHARBOR"

        async def hellos() -> list[Json]:
            return [it for it in await house.messages(user=NORA, channel=channel) if it["text"].startswith("Hello!")]

        await house.say("/invite @Replaybook", user=NORA, channel=channel)
        assert len(await until(hellos)) == 1
        async with there.session.post(f"{house.root}/_test/remove", json={"channel": channel}) as answer:
            assert answer.status == 200
        await house.say("/invite @Replaybook", user=NORA, channel=channel)
        await until(lambda: heard(house, "member_joined_channel", 2))
        await quiet(there.redis)
        assert len(await hellos()) == 1
        assert await house.refused() == []


async def heard(house: House, name: str, times: int) -> bool:
    return len(await house.journal(way="delivery", name=name)) >= times


async def test_a_post_mortem_goes_by_its_channels_new_name(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, None, redis_server, clock) as there:
        await there.install(HARBOR)
        house, store = there.house(HARBOR), there.services.postmortems.notebooks
        await house.say("/postmortem open", user=NORA, channel=THEIRS)
        await until(lambda: store.find(HARBOR, THEIRS))
        async with there.session.post(
            f"{house.root}/_test/rename", json={"channel": THEIRS, "name": "inc-9"}
        ) as answer:
            assert answer.status == 200

        async def renamed() -> bool:
            found = await store.find(HARBOR, THEIRS)
            return found is not None and (found.channel_name, found.title) == ("inc-9", "Post-mortem: #inc-9")

        await until(renamed)
        assert await house.refused() == []


async def test_a_partners_buttons_shortcuts_and_modals_do_what_those_of_the_workspace_do(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, sample, redis_server, clock) as there:
        await there.install(NORDIC)
        house, services, partner = there.house(NORDIC), there.services, PARTNER.id
        answer = await ask(there, NORDIC, MINA.id, INCIDENT)
        await house.press(answer, "signals.counted", user=partner)
        assert await house.modal(user=partner)
        await house.press(answer, "watches.set", user=partner)
        [watch] = await until(lambda: services.watches.records.of_team(NORDIC))
        assert (watch.by, watch.channel) == (partner, INCIDENT)
        await house.press(answer, "clip.make", user=partner)
        assert "Guests get no clips" in await house.whispered(user=partner)
        await house.press(answer, "notebook.add", user=partner)
        notebook = await until(lambda: services.postmortems.notebooks.find(NORDIC, INCIDENT))
        said = await house.say("The payment page is blank, too", user=partner)
        await house.human("shortcut", user=partner, channel=INCIDENT, ts=said["ts"], callback_id="notebook.message")

        async def noted() -> bool:
            return "payment page is blank" in str((await services.postmortems.notebooks.get(notebook.id)).cells)

        assert await until(noted)
        await house.press(answer, "backlog.ask", user=partner)
        request = await house.reply(answer["ts"], lambda it: has(it, "backlog.in_backlog"))
        await house.press(request, "backlog.in_backlog", user=JISOO.id)
        await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
        [kept] = await until(lambda: services.requests.records.open(NORDIC))
        assert (kept.asker.id, kept.team) == (partner, NORDIC)
        await quiet(there.redis)
        assert [key for key in await keys_of(there.redis) if PARTNER.home in key] == []
        assert await house.refused() == []
