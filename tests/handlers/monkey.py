"""A clumsy, impatient or malicious person: asks and presses anything, fills forms with whatever, sends them late.

What it does next is chosen by a seed from what there is to be seen once the bot has come to rest, so that a walk can be
repeated.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

from standins.slack.page_api import element_values
from standins.slack.page_api.element_values import elements
from standins.slack.seed import BOT, ERIK
from tests.handlers.house import INCIDENT, JISOO, MINA, House
from tests.handlers.test_deliveries import FORM, deliver, signed
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
PEOPLE = (MINA.id, JISOO.id, ERIK.id)
QUESTIONS = (
    "frustration signals on buy button this week", "이번 주 구매 버튼 분노 클릭", "어제 오류를 겪은 사용자는 몇 명",
    "top 5 frustrating buttons today", "rage clicks on <!channel> today", "errors of user@example.com",
    "errors on https://shop.example.com/shop/cart", 'dead clicks on "R&D > *Labs*" today', "errors in the last -5 days",
    "rage clicks from 2030-01-01 to 2029-01-01", "rage clicks on 31 february", "오류 왜 안돼", "{{7*7}} %(n)s",
    "x" * 1200, "\u202egnp", "🤬", "settings", "정책", "watch rage clicks on buy button", "감시", "watches", "help", "",
)  # fmt: skip
COMMANDS = (
    "", "open", "status nope", "status review @jisoo", "status published @mina", "severity 99", "심각도 3으로 바꿔줘",
    "owner @replaybook", "owner @mina @jisoo", "owner @checkout-team", "commander <!channel>", "reviewer none", "title",
    "title <!channel> *x* R&D", "publish", "게시해줘", "export", "list <b>", "목록 구매", "pubish", "%(word)s {{x}}",
)  # fmt: skip
TYPED = (
    "", " ", "x" * 3000, "<!channel>", "*b* `c`", "<http://evil.example|click>", "\u202eabc", "-1", "0", "0:05", "NaN",
    "10:99", "1e9", "²", "2020-01-01", "2026-02-30", "SHOP-412", "SHOP-9999999", "javascript:alert(1)", "a\nb", "#x",
    "&lt;&amp;", "p:first-child", "rage clicks today", "한국어", "{{7*7}} %(n)s",
)  # fmt: skip
CARRIED = (
    "", "{", "[]", '{"id":5}', '{"id":"nope"}', '{"id":"a:b*[?]\\u0000"}', '{"id":"%s"}' % ("x" * 1900),
    '{"id":"C0NOSUCH01","version":99999999999999999999}',
    '{"id":"answer:nope","target":"C0NOSUCH01","text":"nope","beside":"nope","version":-1,"start_ms":-5,"end_ms":-10}',
)  # fmt: skip
"""What buttons and forms may carry that this version of the bot never made."""


class Monkey:
    """`settle` lets the bot come to rest and looks around; what is done until then goes by what was seen."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, Random(seed)
        self._number = itertools.count(1)
        self._elements: list[tuple[str, str, Json, Json]] = []
        self._messages: list[Json] = []
        self._forms: dict[str, tuple[str, Json]] = {}

    async def settle(self) -> None:
        await quiet(self.house.redis)
        self._elements, self._messages = [], await self.seen(PEOPLE[0])
        for user in PEOPLE:
            for message in await self.seen(user):
                self._elements += [(user, message["ts"], *pair) for pair in elements(message.get("blocks", []))]
            for view in (await self.house.look("state", user=user))["views"]:
                self._forms.setdefault(view["id"], (user, view))
                await self.house.human("close", user=user, view_id=view["id"], everything=True)

    async def seen(self, user: str) -> list[Json]:
        """Everything that this person sees in the channel and its threads."""
        messages = await self.house.messages(user=user)
        threads = [it["ts"] for it in messages if it.get("reply_count")]
        return messages + [it for ts in threads for it in await self.house.replies(ts, user=user)]

    async def act(self) -> None:
        """One deed. What Slack itself refuses (a form that is incomplete, a message that is gone) is no matter."""
        user, choose = self.random.choice(PEOPLE), self.random.choice
        match self.random.randrange(12):
            case 0:
                await self.house.say(f"/replay {choose(QUESTIONS)}", user=user)
            case 1:
                await self.house.say(f"/postmortem {choose(COMMANDS)}", user=user)
            case 2:
                thread = choose(self._messages)
                thread_ts = thread.get("thread_ts") or thread["ts"]
                await self.house.say(f"<@{BOT.id}> {choose(QUESTIONS)}", user=user, thread_ts=thread_ts)
            case 3:
                callback = choose(("clip.find", "notebook.message"))
                ts = choose(self._messages)["ts"]
                await self.house.human("shortcut", user=user, channel=INCIDENT, ts=ts, callback_id=callback)
            case 4:
                deed, ts = choose(("pin", "edit", "delete")), choose(self._messages)["ts"]
                await self.house.human(deed, user=user, channel=INCIDENT, ts=ts, text=choose(TYPED[3:]))
            case 5 | 6:
                await self._send_a_form()
            case _:
                await self._press()

    async def _press(self) -> None:
        if not self._elements:
            return
        kind = self.random.choice(sorted({element["action_id"] for *_, element in self._elements}))
        user, ts, block, element = self.random.choice([it for it in self._elements if it[3]["action_id"] == kind])
        place = {"channel": INCIDENT, "ts": ts, "block_id": block["block_id"], "action_id": kind}
        value = None if element["type"] == "button" else self._entered(element)
        for _ in range(self.random.choice((1, 1, 2))):
            await self.house.human("press", user=user, value=value, **place)

    async def _send_a_form(self) -> None:
        """Any that was ever open, by whoever, whatever has happened since: as Slack would deliver it."""
        if not self._forms:
            return
        user, view = self._forms[self.random.choice(list(self._forms))]
        entered = {
            block["block_id"]: {element["action_id"]: self._state(element)}
            for block, element in elements(view["blocks"])
            if element["type"] != "button"
        }
        by = self.random.choice((user, *PEOPLE))
        await self.deliver(
            type="view_submission", user={"id": by}, view={**view, "state": {"values": entered}},
        )  # fmt: skip

    def _state(self, element: Json) -> Json:
        raw = (
            self._entered(element)
            if self.random.random() < 0.6
            else element_values.raw_of({"block_id": ""}, element, {})
        )
        return {"type": element["type"], **element_values.state(element, raw)}

    def _entered(self, element: Json) -> Any:
        options = [option["value"] for option in element.get("options", ())]
        match element["type"]:
            case "static_select" | "radio_buttons":
                return self.random.choice([*options, None])
            case "checkboxes" | "multi_static_select":
                return [option for option in options if self.random.random() < 0.5]
            case "external_select":
                return {
                    "text": {"type": "plain_text", "text": "x"},
                    "value": self.random.choice(("SHOP-412", "NOPE-1", "-")),
                }
            case "users_select":
                return self.random.choice((*PEOPLE, BOT.id, None))
            case _:
                return self.random.choice(TYPED)

    async def deliver(self, **payload: Any) -> int:
        """Returns the status with which the bot answers an interaction."""
        trigger = f"1.{next(self._number)}.monkey"
        body = urlencode({"payload": json.dumps({"team": {"id": TEAM}, "trigger_id": trigger, **payload})}).encode()
        return await deliver(self.house, body, signed(body), FORM)


def pressed(action: str, value: str, message: Json) -> Json:
    """A press on a button under a message, as Slack delivers it, without the ways to answer that would need Slack."""
    container = {"type": "message", "message_ts": message["ts"], "channel_id": INCIDENT}
    button = {"action_id": action, "block_id": "b", "type": "button", "value": value}
    return {"type": "block_actions", "user": {"id": MINA.id}, "channel": {"id": INCIDENT}, "message": message,
            "container": container, "actions": [button]}  # fmt: skip


def sent(callback: str, carried: str, entered: Json) -> Json:
    view = {"id": "V0MONKEY", "type": "modal", "callback_id": callback, "private_metadata": carried,
            "blocks": [{"type": "input", "block_id": "x", "element": {}}], "state": {"values": entered}}  # fmt: skip
    return {"type": "view_submission", "user": {"id": MINA.id}, "view": view}


def said_in(message: Json) -> Iterator[str]:
    """Every text of a message."""
    stack: list[Any] = [message]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            yield from (text for name, text in part.items() if name == "text" and isinstance(text, str))
            stack += part.values()
        elif isinstance(part, list):
            stack += part
