"""What people wrote in Slack reads in the notebook as it did in the channel, and hostile text stays text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.mrkdwn import emoji, mentioned, to_markdown
from bot.web.people_markdown import Prose

NAMES = {"U0MINAPARK": "Mina Park", "C0GENERAL1": "general", "S0CHECKOUT": "checkout-team", "U0EVIL": "[x](//y) **z**"}


def html(text: str) -> str:
    return str(Prose().html(to_markdown(text, NAMES))).strip()


@pytest.mark.parametrize(
    ("slack", "shown"),
    [
        ("*SEV-2 declared*: all say _“nothing”_.", "<strong>SEV-2 declared</strong>: all say <em>“nothing”</em>."),
        ("*bold _both_ ~gone~*", "<strong>bold <em>both</em> <s>gone</s></strong>"),
        ("`a*b <c>`", "<code>a*b &lt;c&gt;</code>"),
        ("cart_items and 2 * 3 * 4, a*b*c", "cart_items and 2 * 3 * 4, a*b*c"),
        ("_see cart_items now_", "<em>see cart_items now</em>"),
        ("<@U0MINAPARK> and <@U0OTHER|Kim>", "@Mina Park and @Kim"),
        ("<#C0GENERAL1|old> <!subteam^S0CHECKOUT|@x> <!here>", "#general @checkout-team @here"),
        ("<!date^1700000000^{date}|Nov 14>", "Nov 14"),
        (":tada: :eyes: :+1::skin-tone-3: :our_own: 12:30:45", "🎉 👀 👍 :our_own: 12:30:45"),
        ("a &amp;lt; b &lt;3", "a &amp;lt; b &lt;3"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
    ],
)
def test_a_line_is_shown_as_in_slack(slack: str, shown: str) -> None:
    assert html(slack) == f"<p>{shown}</p>"


def test_links_keep_their_address_and_their_label() -> None:
    rel = 'rel="noopener noreferrer nofollow"'
    assert (
        html("<https://x.example/a_b_|see *this*>") == f'<p><a href="https://x.example/a_b_" {rel}>see *this*</a></p>'
    )
    assert f'<a href="https://x.example/_a" {rel}>https://x.example/_a</a>.' in html("https://x.example/_a.")


def test_quotes_lists_and_fences_are_blocks() -> None:
    text = html("Look:\n&gt; one\n&gt; two\n• first\n• second\n1. then\n```\nlet a = `b`;\n# c\n```\nand on\nand on")
    for block in (
        "<blockquote>\n<p>one<br />\ntwo</p>\n</blockquote>",
        "<li>first</li>\n<li>second</li>\n</ul>",
        "<ol>\n<li>then</li>",
        "<pre><code>let a = `b`;\n# c\n</code></pre>",
        "<p>and on<br />\nand on</p>",
    ):
        assert block in text


@pytest.mark.parametrize(
    "text",
    ["# heading", "---", "===", "    code", "| a |\n|---|", "[x](//evil.example/)", "![x](/files/x)",
     "<javascript:alert(1)|x>", "<data:text/html,x|x>", "<b>x</b>", "<@U0EVIL>", "<!-- replaybook:timeline -->",
     "<https://a.example|](https://evil.example)>", "```a", "\\","<#C1|[y](//evil.example/)>"],
)  # fmt: skip
def test_hostile_text_stays_text(text: str) -> None:
    shown = html(text)
    assert not re.search(r"<(?!/?(p|a|br|code)\b)", shown)
    assert "evil.example/" not in re.sub(r">[^<]*<", "><", shown)
    assert not re.search(r'href="(?!https://a\.example")', shown)


TRICKS = st.text("*_~`<>|@#!&;:/\\-+=[]().1 \nabUC\u202e한", max_size=60)


@given(TRICKS)
def test_no_text_makes_more_than_what_slack_can_show(text: str) -> None:
    tags = set(re.findall(r"<(/?[a-z0-9]+)", html(text)))
    assert {tag.strip("/") for tag in tags} <= {"p", "br", "strong", "em", "s", "code", "pre", "a", "blockquote",
                                                "ul", "ol", "li"}  # fmt: skip


@pytest.mark.parametrize("piece", ["*a ", "<", "`", "_*~", ":a", "*a_b ", "https://", "*`", "```", "&gt;", "<@"])
def test_a_long_hostile_text_takes_no_longer_than_its_length_deserves(piece: str) -> None:
    short, long = piece * (4_000 // len(piece)), piece * (40_000 // len(piece))

    def taken(text: str) -> float:
        began = time.thread_time()
        to_markdown(text)
        return time.thread_time() - began

    least = min(taken(short) for _ in range(3))
    assert min(taken(long) for _ in range(3)) < max(least * 40, 0.1)


def test_the_ids_that_a_text_names_are_found() -> None:
    assert mentioned("<@U0MINAPARK> <#C0GENERAL1|x> <!subteam^S0CHECKOUT> <!here> <https://x|y> <@U0MINAPARK> @U1") == [
        "U0MINAPARK",
        "C0GENERAL1",
        "S0CHECKOUT",
    ]


def test_emoji_have_slacks_names_and_nothing_else_is_one() -> None:
    assert (emoji("white_check_mark"), emoji("rocket"), emoji("+1"), emoji("flag-kr")) == ("✅", "🚀", "👍", "🇰🇷")
    assert (emoji("latin_small_letter_a"), emoji("shipit"), emoji("orange_circle")) == ("", "", "")


def test_nothing_in_a_text_turns_the_direction_of_what_follows() -> None:
    assert to_markdown("\u202eabc\u2066 `x\u202e` *b\u2069*\n\u202eend") == "abc `x` **b**  \nend"
