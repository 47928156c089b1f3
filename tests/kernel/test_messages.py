"""How values become text in Slack: marks, measures, mentions, links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from bot.backlog.request import Party
from bot.kernel.clock import system_clock
from bot.kernel.escape import channel, clean, code, link, mention, mrkdwn, plain, quoted, words
from bot.kernel.locale import Locale
from bot.kernel.messages import Messages, stream

MARKS = set("*~`")


def shown(text: str, length: int = 600) -> str:
    return mrkdwn(words(text, length))


def test_marks_become_look_alikes_in_mrkdwn() -> None:
    assert shown("*bold* ~gone~ `code`") == "∗bold∗ ∼gone∼ ˋcodeˋ"
    assert shown("_slanted_ and cart_items") == "ˍslantedˍ and cart_items"
    assert shown("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert shown("> quoted") == "\u2060&gt; quoted"
    assert shown(":rotating_light: 12:30:45") == ":\u2060rotating_light: 12:30:45"
    assert shown("see https://evil.example") == "see https:\u2060//evil.example"
    assert shown("mina :x") == "mina :\u2060x"  # the template may go on with a colon


@given(st.text(alphabet=st.sampled_from("*_~`<>&:|ab \n"), max_size=40))
def test_plain_text_gets_the_very_characters_back(text: str) -> None:
    assert plain(words(text)) == clean(text)
    assert plain(text) == clean(text)


@given(st.text(max_size=300), st.integers(1, 200))
def test_text_is_never_longer_than_it_may_be_as_slack_counts(text: str, length: int) -> None:
    assert len(words(text, length)) <= max(length, 6)  # one character may take six: a mark and `&amp;`
    assert not MARKS & set(shown(text, length))
    assert "<" not in shown(text, length)


def test_what_nobody_sees_is_taken_out() -> None:
    assert clean("a\x00b\u202ec\ud800d\ue000e\n f") == "abcde f"
    assert clean("\u202e") == "…"
    assert clean("") == ""


def test_a_code_span_cannot_be_left() -> None:
    assert code("a` *b* <!here> `") == "`aˋ *b* &lt;!here&gt; ˋ`"
    assert code("") == "`…`"


def test_only_ids_of_slack_are_mentioned() -> None:
    assert mention("U0MINAPARK") == "<@U0MINAPARK>"
    assert mention(Party("S0CHECKOUT", "Checkout team")) == "<!subteam^S0CHECKOUT>"
    assert mention(Party("Sales@example.com", "Sales@example.com")) == "Sales@example.com"
    assert mrkdwn(mention(Party("U1> <!channel>", "*x*"))) == "∗x∗"
    assert channel("C0INC142CK") == "<#C0INC142CK>"
    assert mrkdwn(channel("C1|<!here>")) == "C1|&lt;!here&gt;"


def test_a_link_leads_to_the_web_or_nowhere() -> None:
    assert mrkdwn(link("a > b", "https://a.example/x|y>z")) == "<https://a.example/x%7Cy%3Ez|a &gt; b>"
    assert link("here", "javascript:alert(1)") == "here"
    assert link("here", "") == "here"


def test_markup_is_trusted_and_strings_are_not() -> None:
    assert words(Markup("*bold*")) == "*bold*"
    assert mrkdwn(quoted("*bold*")) == "“∗bold∗”"


def test_a_stream_holds_values_and_nothing_between_them() -> None:
    assert stream(' {"a": 1}\n {"b": 2} ') == [{"a": 1}, {"b": 2}]
    with pytest.raises(ValueError, match="Expecting value"):
        stream('{"a": 1} stray {"b": 2}')


def test_templates_are_compiled_once_whatever_the_clock() -> None:
    assert Messages.load(system_clock).environment is Messages.load().environment


def test_a_forgotten_value_raises() -> None:
    with pytest.raises(UndefinedError, match="asker"):
        Messages.load().message("signals/working", Locale.of(), question="x")


def test_a_value_may_be_called_what_a_parameter_is_called() -> None:
    greeting = '{% block text %}{{ _("%(message)s, %(one)s", message=name, one=locale_name) }}{% endblock %}'
    alone = Messages.load().environment.overlay(loader=DictLoader({"greeting.j2": greeting}))  # others share the one
    messages = Messages(alone)
    assert messages.text("greeting", Locale.of(), name="Mina", locale_name="Jisoo") == "Mina, Jisoo"
    assert messages.message("greeting", Locale.of(), name="Mina", locale_name="Jo")["text"] == "Mina, Jo"


def test_a_plain_text_says_exactly_what_was_meant() -> None:
    said = Messages.load().text("backlog/what", Locale.of(), feature="`cart` & *co*", answer=None)
    assert said == "`cart` & *co* frustrates people"
