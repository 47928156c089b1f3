"""Links to the bot's own pages: what they lead to is shown where its people read, once, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bot.kernel.locale import Locale
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.services.postmortems.channel_notebook import open_in_channel
from bot.services.postmortems.notebook_sharing import NotebookShare, SharedWith
from bot.services.who_may_see import Readers
from bot.slack.channel_guests import GuestsThere
from bot.slack.own_links import is_links_alone, own_link, own_links_in
from bot.slack.person import ChannelFacts, Person
from standins.slack.seed import ERIK, GENERAL
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"


async def notebook_of(house: House, channel: str = INCIDENT) -> tuple[Notebook, str]:
    """The channel's post-mortem and its address."""
    postmortems = house.services.postmortems
    notebook = await open_in_channel(postmortems, TEAM, channel, Locale.of("en-US", "UTC"))
    return notebook, f"{postmortems.public_url}{notebook.path}"


async def make_private(house: House, channel: str) -> None:
    async with house.session.post(f"{house.root}/_test/private", json={"channel": channel}) as answer:
        assert answer.status == 200


async def previews(house: House, ts: str, channel: str = INCIDENT, user: str = MINA.id) -> list[Json]:
    await quiet(house.redis)
    messages = await house.messages(channel=channel, user=user)
    return next(it for it in messages if it["ts"] == ts).get("attachments", [])


async def shown(house: House, ts: str, channel: str = INCIDENT) -> list[Json]:
    async def there() -> Any:
        return await previews(house, ts, channel)

    return await until(there)


async def test_a_notebook_is_shown_in_its_channel_with_its_numbers_and_a_still(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        await house.press(said, "notebook.add")
        added = await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    await quiet(house.redis)
    link = next(own_links_in(house.services.postmortems.public_url, str(added["blocks"])))
    posted = await house.say(f"Here it is: {link.url}, please read", user=JISOO.id)
    [preview] = await shown(house, posted["ts"])
    assert preview["app_unfurl_url"].startswith(link.url.partition("#")[0])
    assert [block["type"] for block in preview["blocks"]] == ["section", "image", "context"]
    assert "Draft" in str(preview["blocks"])
    assert (await house.file_of(preview["blocks"][1])).startswith(b"\x89PNG")
    clip = next(cell.data for cell in (await notebook_of(house))[0].shown if cell.kind == "clip")
    file = await house.say(f"{house.services.postmortems.public_url}/files/{clip.file}", user=JISOO.id)
    [of_file] = await shown(house, file["ts"])
    assert clip.caption[:20] in str(of_file["blocks"])


async def test_an_answer_is_shown_without_its_secret(house: House) -> None:
    said = await house.ask(QUESTION)
    link = next(own_links_in(house.services.postmortems.public_url, str(said["blocks"])))
    posted = await house.say(f"See {link.url}", user=JISOO.id)
    [preview] = await shown(house, posted["ts"])
    assert "frustration signals" in str(preview["blocks"])
    assert str(preview["blocks"]).count(link.id) == 1, "the link that was posted, and nothing more"


async def test_however_often_slack_tells_it_is_shown_once(house: House) -> None:
    _, url = await notebook_of(house)
    await house.fault(kind="duplicate", event="link_shared", copies=2)
    await house.fault(kind="drop_ack", event="link_shared", times=2)
    posted = await house.say(f"{url} and again {url}")
    await shown(house, posted["ts"])
    assert len(await previews(house, posted["ts"])) == 1
    assert len([it for it in await house.journal(way="api", name="chat.unfurl") if it["ok"]]) == 1


async def test_a_public_channels_notebook_is_shown_in_another_channel_and_a_private_ones_is_not(house: House) -> None:
    notebook, url = await notebook_of(house)
    posted = await house.say(url, channel=GENERAL)
    assert len(await shown(house, posted["ts"], GENERAL)) == 1
    await make_private(house, INCIDENT)
    hidden = await house.say(f"{url}?again", channel=GENERAL)
    assert await previews(house, hidden["ts"], GENERAL) == []
    own = await house.say(f"{url}?here", channel=INCIDENT)
    assert len(await shown(house, own["ts"])) == 1
    sharing = house.services.postmortems.sharing
    assert sharing
    await sharing.choose(notebook, NotebookShare(SharedWith.WORKSPACE, MINA.id, house.clock()))
    as_shared = await house.say(f"{url}?shared", channel=GENERAL)
    assert len(await shown(house, as_shared["ts"], GENERAL)) == 1


async def test_what_is_still_being_written_shows_nothing(house: House) -> None:
    _, url = await notebook_of(house)
    await make_private(house, INCIDENT)
    where = f"{house.root}/_test"
    async with house.session.post(f"{where}/compose", json={"user": ERIK.id, "text": f"look: {url}"}) as answer:
        id = (await answer.json())["id"]

    async def heard() -> bool:
        told = await house.journal(way="delivery", name="link_shared")
        return any(it["body"]["event"]["source"] == "composer" and not it["failure"] for it in told)

    await until(heard)
    await quiet(house.redis)
    async with house.session.get(f"{where}/composed", params={"id": id}) as answer:
        assert (await answer.json())["attachments"] == []


async def test_links_that_lead_nowhere_of_ours_show_nothing(house: House) -> None:
    base = house.services.postmortems.public_url
    links = ["/notebooks/no-such-one", "/answers/guessed", "/files/00.gif", "/tickets/SHOP-1", "/notebooks/../healthz"]
    posted = await house.say(" ".join(f"{base}{link}" for link in links) + f" {house.root}/archives/{INCIDENT}")
    assert await previews(house, posted["ts"]) == []


async def test_a_title_from_outside_is_text(house: House) -> None:
    notebook, url = await notebook_of(house)
    title = "<!channel> *now* <https://evil.example|click> & `more`"
    await change(house.services.postmortems.notebooks, notebook.id, lambda it: replace(it, title=title))
    posted = await house.say(url)
    [preview] = await shown(house, posted["ts"])
    assert "<!channel>" not in str(preview["blocks"])
    assert "<https://evil" not in str(preview["blocks"])


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://bot.example.com/r/notebooks/abc-1", "abc-1"),
        ("https://BOT.example.com/r/notebooks/abc-1?q=1#cell-2", "abc-1"),
        ("https://bot.example.com/notebooks/abc-1", ""),
        ("http://bot.example.com/r/notebooks/abc-1", ""),
        ("https://bot.example.com:444/r/notebooks/abc-1", ""),
        ("https://mina:pass@bot.example.com/r/notebooks/abc-1", ""),
        ("https://bot.example.com.evil.example/r/notebooks/abc-1", ""),
        ("https://bot.example.com/r/notebooks/abc-1/version", ""),
        ("https://bot.example.com:x/r/notebooks/abc-1", ""),
        ("https://[bot/r/notebooks/abc-1", ""),
    ],
)
def test_a_link_is_ours_by_the_whole_of_its_address(url: str, id: str) -> None:
    link = own_link("https://bot.example.com/r/", url)
    assert (link.id if link else "") == id


class Facts:
    """What Slack tells of channels, and of whom each is; in the one that is called so there are guests."""

    def __init__(self, **channels: ChannelFacts) -> None:
        self._channels = channels

    async def channel_facts(self, _: str, channel: str) -> ChannelFacts:
        return self._channels[channel]

    async def sees(self, _: str, user: str, channel: str) -> bool:
        return not self._channels[channel].private or user == "U1"

    async def get(self, _: str, user: str) -> Person:
        return Person(user, user, "en", "UTC", guest=user == "U3")

    async def of(self, _: str, channel: str) -> GuestsThere:
        return GuestsThere.SOME if channel == "guests" else GuestsThere.NONE


FACTS: Any = Facts(
    open=ChannelFacts("open", False, False),
    other=ChannelFacts("other", False, False),
    private=ChannelFacts("private", True, False),
    partners=ChannelFacts("partners", False, False, shared=True),
    guests=ChannelFacts("guests", False, False),
)


@pytest.mark.parametrize(
    ("own", "where", "user", "alone", "may"),
    [
        ("private", "private", "U2", False, True),
        ("open", "other", "U2", False, True),
        ("private", "other", "U1", False, False),
        ("open", "partners", "U1", False, False),
        ("partners", "partners", "U1", False, True),
        ("open", "guests", "U1", False, False),
        ("guests", "guests", "U1", False, True),
        ("private", "other", "U1", True, True),
        ("private", "other", "U2", True, False),
    ],
)
async def test_who_reads_a_channel_decides(own: str, where: str, user: str, alone: bool, may: bool) -> None:
    assert await Readers(FACTS, FACTS, TEAM, where, user, alone).may_see(own) is may


@pytest.mark.parametrize(
    ("where", "user", "alone", "are"),
    [("other", "U1", False, True), ("partners", "U1", False, False), ("guests", "U1", False, False),
     ("other", "U1", True, True), ("other", "U3", True, False)],
)  # fmt: skip
async def test_a_workspace_is_its_members(where: str, user: str, alone: bool, are: bool) -> None:
    assert await Readers(FACTS, FACTS, TEAM, where, user, alone).are_of_the_workspace() is are


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("<https://bot.example/answers/AbC_1|bot.example/answers/AbC_1>", True),
        ("<https://bot.example/notebooks/AbC_1>, <https://bot.example/files/a.gif>!", True),
        ("errors on <https://bot.example/notebooks/AbC_1>", False),
        ("<https://shop.example/notebooks/AbC_1>", False),
        ("…", False),
    ],
)
def test_a_message_of_nothing_but_our_links_is_known(text: str, alone: bool) -> None:
    assert is_links_alone("https://bot.example", text) is alone


async def test_a_link_alone_is_no_question_about_a_page_of_that_name(house: House) -> None:
    _, address = await notebook_of(house)
    state = await house.look("state", user=JISOO.id)
    direct = next(it["id"] for it in state["channels"] if it.get("is_im"))
    await house.say(address, user=JISOO.id, channel=direct)

    async def reply() -> str:
        seen = await house.messages(user=JISOO.id, channel=direct)
        return next((it["text"] for it in seen if "봇의 페이지로 가는 링크" in it["text"]), "")

    assert await until(reply)
    await quiet(house.redis)
    assert not [it for it in await house.messages(user=JISOO.id, channel=direct) if has(it, "signals.refine")]
