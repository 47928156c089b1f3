"""What people type, what they see, what stays after a restart, and who is kept out."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.slack import Workspace, WorkspaceConfig, demo_seed
from standins.slack.page_api.text import to_mrkdwn, to_plain_text
from standins.slack.page_texts import PAGE_TEXTS
from standins.slack.workspace_store import WorkspaceStore
from standins.slack.workspace_team import WorkspaceTeam
from tests.standins.slack.house import INCIDENT, JISOO, MINA, TOKEN, House, living, until

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> WorkspaceTeam:
    config = WorkspaceConfig(tmp_path_factory.mktemp("team"), "http://127.0.0.1:1", "http://x", "t", "s", demo_seed())
    workspace = Workspace(config)
    for channel in config.seed.channels:
        workspace.team.add_channel(channel)
    return workspace.team


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@Replaybook hi", "<@U0RPLAYBK1> hi"),
        ("ask @jisoo han, please", "ask <@U0JISOOHAN>, please"),
        ("mail a@mina.example", "mail a@mina.example"),
        ("see #general and @checkout-team", "see <#C0GENERAL1> and <!subteam^S0CHECKOUT>"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("https://example.com/a?b=1&c=2.", "<https://example.com/a?b=1&amp;c=2>."),
        ("`@mina` stays", "`@mina` stays"),
        ("<!channel|x> <@U9>", "&lt;!channel|x&gt; <@U9>"),
        ("@here", "<!here>"),
    ],
)
def test_what_is_typed_is_kept_as_slack_keeps_it(team: WorkspaceTeam, typed: str, kept: str) -> None:
    assert to_mrkdwn(team, typed) == kept


@given(st.text(alphabet=st.sampled_from("ab <>&;.lgtmp\n"), max_size=40))
def test_text_comes_back_as_it_was_typed(team: WorkspaceTeam, text: str) -> None:
    assert to_plain_text(team, to_mrkdwn(team, text)) == text


async def test_what_was_said_is_still_there_after_a_restart(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        ts = (await house.say("Remember this"))["ts"]
        await house.act("pin", channel=INCIDENT, ts=ts)
        view = {"type": "home", "blocks": [{"type": "divider"}]}
        await house.client.views_publish(user_id=MINA.id, view=view)
        file = (await house.client.files_upload_v2(filename="a.txt", content="kept"))["file"]
        before = await house.messages()
    async with living(tmp_path) as house:
        assert await house.messages() == before
        assert (await house.client.pins_list(channel=INCIDENT))["items"][0]["message"]["ts"] == ts
        assert (await house.read("state"))["home"]["blocks"][0]["type"] == "divider"
        assert (await house.say("And go on"))["ts"] > ts
        file = (await house.client.files_info(file=file["id"]))["file"]
        got = await house.session.get(file["url_private"], headers={"Authorization": f"Bearer {TOKEN}"})
        assert await got.text() == "kept"


def test_two_messages_never_have_one_time(tmp_path: Path) -> None:
    store = WorkspaceStore(tmp_path, lambda: 1_700_000_000.0)
    times = [store.next_ts() for _ in range(50)]
    assert times == sorted(set(times))
    store.close()


async def test_an_open_page_hears_what_its_person_may_hear(house: House) -> None:
    heard: list[Json] = []

    async def listen() -> None:
        async with house.session.get(f"{house.config.root}/_page/feed", params={"user": JISOO.id}) as feed:
            async for line in feed.content:
                if line.startswith(b"data: "):
                    heard.append(json.loads(line[6:]))

    listening = asyncio.create_task(listen())
    await until(lambda: _value(house.workspace.team.feed._readers))
    await house.client.chat_postEphemeral(channel=INCIDENT, user=MINA.id, text="For Mina alone")
    await house.client.chat_postMessage(channel=MINA.id, text="Also for Mina")
    await house.client.chat_postEphemeral(channel=INCIDENT, user=JISOO.id, text="For Jisoo")
    await house.say("For everybody")
    await until(lambda: _value(len(heard) >= 2))
    listening.cancel()
    assert [news["message"]["text"] for news in heard] == ["For Jisoo", "For everybody"]


async def test_unread_messages_and_mentions_are_counted_for_each_person(house: House) -> None:
    parent = (await house.say("Somebody?"))["ts"]
    await house.say("@Jisoo Han can you look?", thread_ts=parent)
    first = (await house.read("state", user=JISOO.id))["channels"][0]
    assert (first["id"], first["unread"], first["mentions"]) == (INCIDENT, 1, 1)
    await house.act("read", user=JISOO.id, channel=INCIDENT)
    again = (await house.read("state", user=JISOO.id))["channels"][0]
    assert (again["unread"], again["mentions"]) == (0, 0)


async def test_a_channel_is_older_than_what_was_said_in_it(house: House) -> None:
    team = house.workspace.team
    for channel in team.seed.channels:
        said = [float(message["ts"]) for message in team.store.history(channel.id)]
        assert said
        assert team.channel(channel.id)["created"] < min(said)


async def test_nobody_changes_what_another_said(house: House) -> None:
    ts = (await house.say("Mine"))["ts"]
    at = {"channel": INCIDENT, "ts": ts, "user": JISOO.id}
    assert (await house.act("edit", **at, text="x"))["error"] == "cant_update_message"
    assert (await house.act("delete", **at))["error"] == "cant_delete_message"
    assert (await house.act("post", user="U0RPLAYBK1", channel=INCIDENT, text="x"))["error"] == "user_not_found"


async def test_a_deleted_parent_leaves_a_tombstone_over_its_replies(house: House) -> None:
    parent = (await house.say("Parent"))["ts"]
    await house.say("Reply", thread_ts=parent)
    await house.act("delete", channel=INCIDENT, ts=parent)
    thread = await house.read("thread", channel=INCIDENT, ts=parent)
    assert (thread["parent"]["subtype"], [r["text"] for r in thread["replies"]]) == ("tombstone", ["Reply"])


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_pages_of_other_sites_are_kept_out(house: House, headers: dict[str, str]) -> None:
    url = f"{house.config.root}/_page/post"
    body = {"user": MINA.id, "channel": INCIDENT, "text": "x"}
    assert (await house.session.post(url, json=body, headers=headers)).status == 403


async def test_a_form_of_another_site_is_not_read(house: House) -> None:
    answer = await house.session.post(f"{house.config.root}/_page/post", data={"user": MINA.id})
    assert (await answer.json())["error"] == "json_needed"


async def test_the_page_allows_no_script_but_its_own(house: House) -> None:
    answer = await house.session.get(house.config.root)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! type=\"application/json\"| type=\"module\" src=)", await answer.text())


async def test_the_page_speaks_the_language_of_the_browser(house: House) -> None:
    korean = await house.session.get(house.config.root, headers={"Accept-Language": "ko-KR,ko;q=0.9"})
    assert '<html lang="ko">' in await korean.text()
    words = re.search(r'id="words">(.*?)</script>', await korean.text())
    assert words
    assert json.loads(words[1])["ko"]["Reply in thread"] == "스레드에 답글"


def test_every_text_of_the_scripts_is_listed_and_translated() -> None:
    scripts = "\n".join(path.read_text() for path in (ROOT / "standins/slack/static").glob("*.js"))
    used = set(re.findall(r'(?<![\w.$])t\(\s*"([^"]+)"', scripts))
    assert used <= set(PAGE_TEXTS)
    assert {word for word in PAGE_TEXTS if f'"{word}"' not in scripts} == set()
    catalog = (ROOT / "templates/locales/ko/workspace.po").read_text()
    assert {word for word in PAGE_TEXTS if f'msgid "{word}"' not in catalog} == set()


async def _value(value: Any) -> Any:
    return value
