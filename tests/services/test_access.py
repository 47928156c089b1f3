"""Policies say who may do what; the audit log says who did."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis.asyncio import Redis

from bot.cli.audit_command import audit
from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.locale import Locale
from bot.kernel.paths import ROOT
from bot.services.access.access import Access, Deed, Denied
from bot.services.access.audit_log import AuditLog
from bot.services.access.policy import InstallationPolicies, Policy, Right
from bot.slack.channel_guests import ChannelGuests
from bot.slack.people import People
from bot.slack.web_api import Clients, everywhere
from bot.state.connection import connected
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from standins.slack import Workspace, WorkspaceConfig
from standins.slack.seed import ERIK, GENERAL, INCIDENT, JISOO, MINA, demo_seed
from standins.slack.slack_faults import SlackFault
from standins.slack.workspace_config import SeedPerson
from tests.free_ports import free_port
from tests.standins.slack.house import serving

TEAM, GROUP = "T0NORDIC01", "S0CHECKOUT"
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
GUEST = SeedPerson("U0GUEST001", "gus", "Gus Guest", role="single-channel guest")
STRANGER = SeedPerson("U0STRANGE1", "stella", "Stella Stranger", home="T0PARTNER1")
ADMIN = replace(ERIK, role="admin")
SHARED = GENERAL


def seed() -> object:
    demo = demo_seed()
    channels = tuple(replace(each, is_ext_shared=each.id == SHARED) for each in demo.channels)
    return replace(demo, people=(MINA, JISOO, ADMIN, GUEST, STRANGER), channels=channels)


@pytest.fixture
async def workspace(tmp_path: Path, redis: Redis) -> AsyncIterator[tuple[Workspace, Access]]:
    root = f"http://127.0.0.1:{free_port()}"
    workspace = Workspace(WorkspaceConfig(tmp_path / "slack", root, "", "xoxb-test", "secret", seed()))  # type: ignore[arg-type]
    async with (
        serving(workspace.application(), int(root.rpartition(":")[2])),
        Clients.opened(everywhere("xoxb-test"), f"{root}/api/") as clients,
    ):
        records = RedisRecords(redis)
        people = People(redis, clients)
        yield (
            workspace,
            Access(
                people,
                AuditLog(records, lambda: NOON),
                InstallationPolicies(),
                records,
                ChannelGuests(redis, clients, people),
            ),
        )


@pytest.fixture
def access(workspace: tuple[Workspace, Access]) -> Access:
    return workspace[1]


async def allowed(access: Access, right: Right, user: str, channel: str = INCIDENT) -> bool:
    try:
        await access.check(right, TEAM, channel, user)
    except Denied:
        return False
    return True


def by_file(access: Access, **fields: object) -> Access:
    return replace(access, installation=InstallationPolicies(default=Policy(**fields)))  # type: ignore[arg-type]


async def test_without_a_policy_everybody_may_do_everything_but_answer_for_others(access: Access) -> None:
    may = {right: await allowed(access, right, MINA.id) for right in Right}
    assert may == {right: right is not Right.ANSWER for right in Right}


@pytest.mark.parametrize(
    ("who", "mina", "admin", "guest"),
    [
        ((GROUP,), True, False, False),
        ((GUEST.id,), False, False, True),
        (("admins",), False, True, False),
        (("nobody",), False, False, False),
        (("everyone",), True, True, True),
        ((GROUP, "admins"), True, True, False),
    ],
)
@pytest.mark.parametrize("right", [Right.ASK, Right.NOTEBOOK, Right.ANSWER, Right.WATCH])
async def test_a_right_is_for_whom_it_names_by_channel_and_by_file(
    access: Access, right: Right, who: tuple[str, ...], mina: bool, admin: bool, guest: bool
) -> None:
    expected = [mina, admin, guest]
    filed = by_file(access, **{right.value: who})
    assert [await allowed(filed, right, user) for user in (MINA.id, ADMIN.id, GUEST.id)] == expected
    await access.save_policy(TEAM, INCIDENT, Policy(**{right.value: who}), 0)  # type: ignore[arg-type]
    assert [await allowed(access, right, user) for user in (MINA.id, ADMIN.id, GUEST.id)] == expected
    elsewhere = [await allowed(access, right, user, SHARED) for user in (MINA.id, GUEST.id)]
    assert elsewhere == [right is not Right.ANSWER] * 2


async def test_a_channel_narrows_what_the_file_allows_and_never_widens_it(access: Access) -> None:
    access = by_file(access, clip=(GROUP,))
    await access.save_policy(TEAM, INCIDENT, Policy(clip=(MINA.id, ADMIN.id)), 0)
    assert [await allowed(access, Right.CLIP, user) for user in (MINA.id, JISOO.id, ADMIN.id)] == [True, False, False]


async def test_admins_can_always_change_what_a_channel_set_and_never_the_file(access: Access) -> None:
    await access.save_policy(TEAM, INCIDENT, Policy(settings=("nobody",)), 0)
    assert [await allowed(access, Right.SETTINGS, user) for user in (MINA.id, ADMIN.id)] == [False, True]
    assert not await allowed(by_file(access, settings=("nobody",)), Right.SETTINGS, ADMIN.id)


async def test_guests_and_shared_channels_get_no_clips_unless_allowed(access: Access) -> None:
    both = ((GUEST.id, INCIDENT), (STRANGER.id, INCIDENT), ("U0UNHEARD1", INCIDENT), (MINA.id, SHARED))
    assert [await allowed(access, Right.CLIP, *each) for each in both] == [False] * 4
    assert await allowed(access, Right.CLIP, MINA.id)
    open_ = by_file(access, clips_for_guests=True, clips_in_shared_channels=True)
    assert [await allowed(open_, Right.CLIP, *each) for each in both] == [True] * 4
    for channel in (INCIDENT, SHARED):
        await access.save_policy(TEAM, channel, Policy(clips_for_guests=True, clips_in_shared_channels=True), 0)
    assert [await allowed(access, Right.CLIP, *each) for each in both] == [True] * 4
    shut = by_file(access, clips_for_guests=False, clips_in_shared_channels=False)
    assert [await allowed(shut, Right.CLIP, *each) for each in both] == [False] * 4


async def test_what_slack_does_not_tell_is_not_guessed(workspace: tuple[Workspace, Access]) -> None:
    slack, access = workspace
    await access.save_policy(TEAM, INCIDENT, Policy(ask=(GROUP,)), 0)
    for method in ("users.info", "usergroups.users.list"):
        fault = {"kind": "http", "method": method, "status": 503, "body": "away", "times": 50}
        slack.team.faults.add(SlackFault.from_json(fault))
    with pytest.raises(Unavailable):
        await access.check(Right.CLIP, TEAM, INCIDENT, MINA.id)
    with pytest.raises(Unavailable):
        await access.check(Right.ASK, TEAM, INCIDENT, MINA.id)


@pytest.mark.parametrize(
    ("policy", "file", "names"),
    [
        (Policy(ask=("nobody",)), {}, "anybody here"),
        (Policy(ask=("nobody",), settings=("admins",)), {}, "an admin of this workspace"),
        (Policy(ask=("nobody",), settings=(GROUP, ADMIN.id)), {}, "@checkout-team, Erik Strøm"),
        (Policy(), {"ask": ("nobody",)}, "whoever runs the bot"),
    ],
)
async def test_a_refusal_is_one_sentence_with_who_can_change_it(
    access: Access, policy: Policy, file: dict[str, object], names: str
) -> None:
    access = by_file(access, **file)
    await access.save_policy(TEAM, INCIDENT, policy, 0)
    with pytest.raises(Denied) as refusal:
        await access.permit(Deed.ASK, team=TEAM, channel=INCIDENT, user=MINA.id, target="q-1")
    english, korean = (refusal.value.text(Locale.of(tag, "UTC")) for tag in ("en", "ko"))
    assert names in english
    assert english.count(".") == 1
    assert "권한이 없습니다" in korean
    assert "can change" not in korean
    (entry,) = [entry async for entry in access.audit.entries(NOON, NOON + timedelta(1))]
    assert (entry.action, entry.outcome, entry.reason, entry.user) == ("question.asked", "failure", "ask", MINA.id)


@pytest.mark.parametrize(
    ("user", "settings", "names"),
    [
        (GUEST.id, (), "any full member of this workspace, with"),
        (STRANGER.id, (), "any full member of the workspace that has this bot, with"),
        (STRANGER.id, ("admins",), "an admin of the workspace that has this bot, with"),
        (STRANGER.id, (ADMIN.id,), "Erik Strøm, with"),
    ],
)
async def test_whoever_is_of_another_organization_reads_whose_people_can_change_it(
    access: Access, user: str, settings: tuple[str, ...], names: str
) -> None:
    await access.save_policy(TEAM, INCIDENT, Policy(ask=("nobody",), settings=settings), 0)
    with pytest.raises(Denied) as refusal:
        await access.check(Right.ASK, TEAM, INCIDENT, user)
    assert names in refusal.value.text(Locale.of("en", "UTC"))
    assert "ask questions" not in refusal.value.text(Locale.of("ko", "UTC"))


@pytest.mark.parametrize(
    "text",
    [
        "default: [ask]",
        "default: {asks: [admins]}",
        "default: {ask: [Mina]}",
        "default: {ask: [nobody, S0ONCALL]}",
        "channels: {C1: {watch: [admins, nobody]}}",
        "channels: {C1: {clips_for_guests: often}}",
        "[",
        "\0",
    ],
)
def test_a_file_of_policies_that_is_wrong_stops_the_start_with_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policies.yaml"
    file.write_text(text)
    with pytest.raises(Misunderstood) as refusal:
        InstallationPolicies.load(file)
    assert refusal.value.sentence.endswith(".")


def test_a_channel_in_the_file_replaces_single_fields(tmp_path: Path) -> None:
    file = tmp_path / "policies.yaml"
    file.write_text("default: {ask: [S0ONCALL], clip: [admins]}\nchannels: {C1: {ask: [everyone]}}")
    policies = InstallationPolicies.load(file)
    assert policies.of("C1") == Policy(ask=("everyone",), clip=("admins",))
    assert policies.of("C2") == Policy(ask=("S0ONCALL",), clip=("admins",))


async def log_of(store: RecordStore) -> None:
    """The same on every store of records."""
    now = NOON
    log = AuditLog(store, lambda: now)
    access = Access(None, log, InstallationPolicies(), store, None)  # type: ignore[arg-type]
    for user, once in (("U1", "a"), ("U1", "a"), ("U1", "b"), ("U2", "a")):
        await access.permit(Deed.REFINE, team="T1", channel="C1", user=user, target="q", once=once)
        now += timedelta(hours=1)
    entries = [entry async for entry in log.entries(NOON, now)]
    assert [(entry.user, entry.at.hour) for entry in entries] == [("U1", 12), ("U1", 14), ("U2", 15)]
    assert len([entry async for entry in log.entries(NOON, NOON + timedelta(hours=2))]) == 1
    assert [entry.user async for entry in log.entries(NOON, now, "U2")] == ["U2"]
    assert await log.delete_before(NOON + timedelta(hours=3)) == 2
    assert [entry.user async for entry in log.entries(NOON, now)] == ["U2"]
    assert await log.delete_before(now) == 1


async def test_an_entry_is_written_once_however_often_it_is_delivered(redis: Redis) -> None:
    await log_of(RedisRecords(redis))


async def test_a_process_that_dies_between_place_and_entry_leaves_nothing_that_stays(redis: Redis) -> None:
    records = RedisRecords(redis)
    log = AuditLog(records, lambda: NOON)
    await records.schedule("audit", "T1", "half", NOON, anew=False)
    assert [entry async for entry in log.entries(NOON, NOON + timedelta(1))] == []
    await log.delete_before(NOON + timedelta(1))
    assert await records.scheduled("audit", "T1") == []


def test_the_command_prints_lines_of_json_in_documented_fields(
    redis_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def noted() -> None:
        async with connected(redis_server) as redis:
            await redis.flushall()
            records = RedisRecords(redis)
            access = Access(None, AuditLog(records, lambda: NOON), InstallationPolicies(), records, None)  # type: ignore[arg-type]
            await access.permit(Deed.REFINE, team=TEAM, channel=INCIDENT, user=MINA.id, target="q-1", once="1")

    asyncio.run(noted())
    monkeypatch.setenv("REDIS_URL", redis_server)
    monkeypatch.setenv("REPLAYBOOK_DATA", str(tmp_path))
    result = CliRunner().invoke(audit, ["--since", "2026-11-18", "--until", "2026-11-19", "--json"])
    (line,) = result.output.splitlines()
    assert json.loads(line) == {
        "@timestamp": "2026-11-18T12:00:00.000Z",
        "event": json.loads(line)["event"] | {"kind": "event", "action": "question.refined", "outcome": "success"},
        "user": {"id": MINA.id},
        "organization": {"id": TEAM},
        "slack": {"channel": {"id": INCIDENT}},
        "target": {"type": "question", "id": "q-1"},
    }
    documented = (ROOT / "docs" / "audit.md").read_text()
    assert all(f"`{name}`" in documented for name in ("@timestamp", "event.action", "user.id", "organization.id"))
    assert all(f"`{deed.action}`" in documented for deed in Deed)
    words = CliRunner().invoke(audit, ["--since", "2026-11-18", "--person", MINA.id]).output
    assert f"{MINA.id}   question.refined" in words
    assert CliRunner().invoke(audit, ["--since", "2026-11-18", "--until", "2026-11-19", "--person", "U9"]).output == ""
    assert CliRunner().invoke(audit, ["--since", "2026-11-19", "--until", "2026-11-18"]).exit_code == 2
