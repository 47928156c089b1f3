"""What holds in a workspace: the file before the admins' choice before the default, known to every process at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from bot.backlog.owners import AllOwners, Owners
from bot.backlog.tracker import Trackers
from bot.kernel.errors import Conflict, Missing, Misunderstood
from bot.services.teams.team_file import InstallationRules
from bot.services.teams.team_parts import ProviderParts, TeamParts
from bot.services.teams.team_records import TeamRecords
from bot.services.teams.team_settings import TeamRules, TeamSettings, TeamValue, ValueOrigin, effective
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords

KNOWN = {"source": ["datadog", "local"], "tracker": ["github", "jira", "local"]}
OWNERS = "features:\n- {name: Cart, engineering: U0ERIKSTRM, product: U0JISOOHAN}\n"
Load = Callable[[str], InstallationRules]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str, **trackers: str) -> InstallationRules:
        file = tmp_path / "workspaces.yaml"
        file.write_text(text, "utf-8")
        return InstallationRules.load(file, KNOWN, trackers)

    return load


def parts(redis: Redis, rules: InstallationRules, *sources: str) -> TeamParts:
    named: Any = {name: SimpleNamespace(name=name) for name in sources or ("local",)}
    trackers = Trackers({name: cast(Any, None) for name in ("local", "jira")}, "local")
    return TeamParts(
        TeamRecords(RedisRecords(redis), ExpiringBytes(redis)),
        rules,
        ProviderParts("local", named, named, {}, trackers, {}),
    )


def test_the_file_wins_then_the_choice_then_the_default() -> None:
    rules = TeamRules(tracker="jira", source=("local", "datadog"), language="own")
    held = effective(rules, TeamSettings(tracker="github", source="datadog", language="ko", owners="x"))
    assert held == {
        "source": TeamValue("datadog", ValueOrigin.WORKSPACE),
        "tracker": TeamValue("jira", ValueOrigin.FILE),
        "owners": TeamValue("x", ValueOrigin.WORKSPACE),
        "language": TeamValue("own", ValueOrigin.FILE),
        "retention_days": TeamValue(0, ValueOrigin.DEFAULT),
    }
    assert effective(rules, TeamSettings(source="elsewhere"))["source"] == TeamValue("local", ValueOrigin.DEFAULT)


def test_a_workspace_replaces_single_fields_of_what_is_said_of_all(load: Load, tmp_path: Path) -> None:
    (tmp_path / "cart.yaml").write_text(OWNERS)
    rules = load(
        "default: {language: en, retention_days: 30}\n"
        "teams:\n  T0NORDIC01: {language: ko, owners: cart.yaml, source: [datadog, local]}\n"
    )
    assert rules.of("T0HARBOR01") == TeamRules(language="en", retention_days=30)
    assert rules.of("T0NORDIC01").language == "ko"
    assert rules.of("T0NORDIC01").retention_days == 30
    assert [feature.name for feature in rules.owners["cart.yaml"].features] == ["Cart"]
    assert rules.names("source") == {"datadog", "local"}
    assert InstallationRules.load(None, KNOWN, {"T0NORDIC01": "jira"}).of("T0NORDIC01").tracker == "jira"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("teams: [", "is not YAML"),
        ("[" * 1200, "is not YAML"),
        ("- a", "isn’t right"),
        ("teams: {T0NORDIC01: {langage: ko}}", "isn’t right: .*langage"),
        ("teams: {nordic: {language: ko}}", "at nordic: it is no id"),
        ("teams: {T0NORDIC01: {language: klingon}}", "T0NORDIC01.language: it is one of own, en, ko"),
        ("teams: {T0NORDIC01: {source: [local, nasa]}}", "T0NORDIC01.source: there is no “nasa”"),
        ("default: {tracker: datadog}", "default.tracker: there is no “datadog”"),
        ("default: {retention_days: 181}", "default.retention_days: it is a number of days from 1 to 180"),
        ("default: {retention_days: -1}", "default.retention_days"),
        ("default: {retention_days: soon}", "isn’t right"),
        ("default: {owners: nowhere.yaml}", "owners: there is no file"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(load: Load, text: str, words: str) -> None:
    with pytest.raises(Misunderstood, match=words) as refused:
        load(text)
    assert "\n" not in refused.value.sentence


def test_a_file_of_owners_that_is_wrong_is_named_with_its_line(load: Load, tmp_path: Path) -> None:
    (tmp_path / "cart.yaml").write_text(OWNERS.replace("U0ERIKSTRM", "somebody"))
    with pytest.raises(Misunderstood, match=r"cart\.yaml, line 2"):
        load("default: {owners: cart.yaml}")
    with pytest.raises(Misunderstood, match="can’t be read"):
        InstallationRules.load(tmp_path, KNOWN, {})


async def test_every_process_knows_at_once_what_one_has_saved(redis: Redis, records: RecordStore) -> None:
    one, other = TeamRecords(records, ExpiringBytes(redis)), TeamRecords(records, ExpiringBytes(redis))
    assert await other.of("T1") == TeamSettings()
    version = await one.save("T1", TeamSettings(language="ko"), 0)
    assert await other.of("T1") == TeamSettings(language="ko")
    assert await other.of("T2") == TeamSettings()
    assert await other.save("T1", TeamSettings(language="en"), version) == version + 1
    assert await one.of("T1") == TeamSettings(language="en")
    with pytest.raises(Conflict):
        await one.save("T1", TeamSettings(tracker="jira"), version)
    assert await one.save("T1", TeamSettings(language="en"), version) == version + 1  # delivered once more
    await redis.flushdb() if not isinstance(records, RedisRecords) else None
    assert await one.of("T1") == TeamSettings(language="en")


async def test_what_was_answered_goes_on_with_its_source_while_the_workspace_may_use_it(
    redis: Redis, load: Load
) -> None:
    rules = load("teams: {T0NORDIC01: {source: local}}")
    teams, usual = parts(redis, rules, "local", "datadog"), cast(Any, SimpleNamespace(name="usual"))
    await teams.records.save("T0HARBOR01", TeamSettings(source="datadog"), 0)
    assert (await teams.source("T0HARBOR01", usual)).name == "datadog"
    assert await teams.source("T0HARBOR01", usual, "local") is usual
    assert await teams.source("T0NORDIC01", usual) is usual
    assert await teams.source("T0NORDIC01", usual, "datadog") is usual
    gone = parts(redis, InstallationRules(), "local")
    assert await gone.source("T0HARBOR01", usual) is usual
    both = parts(redis, InstallationRules(), "local", "posthog")
    with pytest.raises(Missing, match="“datadog” isn’t set up any more"):
        await both.source("T0HARBOR01", usual)
    assert await both.source("T0HARBOR01", usual, "local") is usual


async def test_owners_of_a_workspace_stand_in_place_of_the_installations(
    redis: Redis, load: Load, tmp_path: Path
) -> None:
    (tmp_path / "cart.yaml").write_text(OWNERS)
    teams = parts(redis, load("teams: {T0NORDIC01: {owners: cart.yaml}}"))
    usual = AllOwners(Owners())
    assert await teams.owners("T0OTHERS01", usual) is usual
    await teams.records.save("T0HARBOR01", TeamSettings(owners=OWNERS.replace("Cart", "Pay")), 0)
    for team, name in (("T0NORDIC01", "Cart"), ("T0HARBOR01", "Pay")):
        assert [feature.name for feature in (await teams.owners(team, usual)).file.features] == [name]
