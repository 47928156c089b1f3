"""What the doctor says of Slack, asked of a workspace: scopes by feature, the socket, the way to the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.kernel.errors import Missing, Unavailable
from bot.kernel.settings import Secret, Settings
from bot.slack.app_manifest import FEATURES, scopes_of
from bot.slack.slack_doctor import connected_as, examined_events, examined_scopes, examined_socket
from tests.standins.slack.house import SECRET, TOKEN, House, living

APP_TOKEN = "xapp-here-only"


def settings_of(house: House, **more: Any) -> Settings:
    return Settings(
        slack_api_url=f"{house.config.root}/api/",
        slack_bot_token=Secret(TOKEN),
        slack_signing_secret=Secret(SECRET),
        public_url=house.config.bot_url.removesuffix("/slack/events"),
        **more,
    )


async def scopes_told(folder: Path, *gone: str, more: frozenset[str] = frozenset()) -> str:
    async with living(folder, scopes=frozenset(scopes_of(FEATURES)) - set(gone) | more) as house:
        return await examined_scopes(settings_of(house))


async def test_everything_that_is_installed_needs_one_word(tmp_path: Path) -> None:
    assert await scopes_told(tmp_path) == "all features"


async def test_a_feature_that_has_none_of_its_scopes_was_left_out(tmp_path: Path) -> None:
    said = await scopes_told(tmp_path, "files:read", "channels:join")
    assert said == "all features but pictures (lacks files:read); joining (lacks channels:join)"


@pytest.mark.parametrize(
    ("gone", "said"),
    [("pins:read", "timeline (lacks pins:read)"), ("users:read", "answers (lacks users:read)")],
)
async def test_a_feature_that_lacks_some_of_its_scopes_is_named(tmp_path: Path, gone: str, said: str) -> None:
    with pytest.raises(Missing) as missing:
        await scopes_told(tmp_path, gone)
    assert said in missing.value.sentence


async def test_a_scope_that_nothing_uses_is_named(tmp_path: Path) -> None:
    assert (await scopes_told(tmp_path, more=frozenset({"bookmarks:write"}))).endswith("not used: bookmarks:write")


async def test_a_refused_token_is_a_sentence_without_the_token(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        assert await connected_as(settings_of(house)) == "Nordic Outfitters, as replaybook"
        settings = msgspec.structs.replace(settings_of(house), slack_bot_token=Secret("xoxb-wrong"))
        with pytest.raises(Missing) as missing:
            await connected_as(settings)
    assert "invalid_auth" in missing.value.sentence
    assert "xoxb-wrong" not in missing.value.sentence


async def test_a_slack_that_is_away_has_refused_no_token() -> None:
    settings = Settings(
        slack_bot_token=Secret("xoxb-1"), slack_app_token=Secret("xapp-1"), slack_api_url="http://127.0.0.1:1/api/"
    )
    with pytest.raises(Unavailable) as away:
        await connected_as(settings)
    assert away.value.sentence.startswith("Slack doesn’t answer auth.test")


async def test_a_socket_is_opened_and_closed_again(tmp_path: Path) -> None:
    async with living(tmp_path, app_token=APP_TOKEN) as house:
        settings = settings_of(house, slack_app_token=Secret(APP_TOKEN))
        assert (await examined_socket(settings)).startswith("connected; 0 other")
        for told, token in (("not_allowed_token_type", TOKEN), ("invalid_auth", "xapp-wrong")):
            with pytest.raises(Missing, match=told):
                await examined_socket(msgspec.structs.replace(settings, slack_app_token=Secret(token)))
        await house.fault(kind="http", method="apps.connections.open", status=502)
        with pytest.raises(Missing, match="Socket Mode doesn’t work"):
            await examined_socket(settings)


async def test_what_slack_sends_to_prove_an_address_is_answered(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        settings = settings_of(house)
        assert await examined_events(settings) == f"{settings.public_url}/slack/events answers"
        port = int(settings.public_url.rpartition(":")[2])
        local = msgspec.structs.replace(settings, public_url=None, port=port)
        assert "REPLAYBOOK_PUBLIC_URL would tell" in await examined_events(local)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slack_signing_secret": Secret("other")}, "refuses what is signed"),
        ({"public_url": "http://127.0.0.1:1"}, "No bot answers"),
        ({"public_url": "http://no-such-host.invalid"}, "No bot answers"),
    ],
)
async def test_a_way_that_does_not_lead_to_the_bot_is_told(tmp_path: Path, changed: Any, said: str) -> None:
    async with living(tmp_path) as house:
        with pytest.raises(Missing, match=said):
            await examined_events(msgspec.structs.replace(settings_of(house), **changed))


async def test_another_server_at_the_address_is_told(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        with pytest.raises(Missing, match="not as the bot does"):
            await examined_events(
                settings_of(house, **{}).__class__(slack_signing_secret=Secret(SECRET), public_url=house.config.root)
            )
