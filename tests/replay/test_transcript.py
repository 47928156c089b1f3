"""A clip is told in words: what was clicked and what came of it, never what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.kernel.locale import Locale
from bot.replay.detect.detector import detect
from bot.replay.model import Clip, ClipText, Line, MaskReport, Window
from bot.replay.read_recording import read, read_path
from bot.replay.script.moment import window_for
from bot.replay.script.transcript import clip_text, clip_texts, clock
from bot.signals.question import Signal
from bot.signals.source import Moment
from tests.replay.sessions import SDK_6, SDK_7, SHOP, Session, element, text

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
BUY, FIELD = 4, 6


def shop() -> Session:
    field = element(FIELD, "input", placeholder="Card number", id="card")
    return Session(element(BUY, "button", text(5, "Buy")), field)


def lines_of(session: Session, window: Window, locale: Locale = ENGLISH) -> list[str]:
    session.events.sort(key=lambda event: event["timestamp"])
    lines = clip_text(session.recording(60_000), window, locale).transcript
    return [f"{clock(line.at_ms)} {line.text}" for line in lines]


def test_the_story_of_a_buy_button() -> None:
    session = shop().clicks(13_000, BUY, 5, 150).error(14_000).page(17_000, "https://shop.example/cart")
    window = Window(10_000, 18_000, 13_000)
    assert lines_of(session, window) == [
        "0:03 clicks Buy ×5",
        "0:04 TypeError: cart is undefined",
        "0:07 reloads the page",
    ]
    assert lines_of(session, window, KOREAN) == [
        "0:03 Buy 클릭 ×5",
        "0:04 TypeError: cart is undefined",
        "0:07 페이지 새로고침",
    ]
    recording = session.recording(60_000)
    assert clip_text(recording, window, ENGLISH).caption == "Buy clicked 5×, TypeError: cart is undefined"
    assert clip_text(recording, window, KOREAN).caption == "Buy 5번 클릭, TypeError: cart is undefined"
    assert clip_texts(recording, window) == {
        locale.tag: clip_text(recording, window, locale) for locale in (ENGLISH, KOREAN)
    }
    assert clip_text(recording, window, ENGLISH).alt_text == (
        "Session replay of 8 seconds: Buy clicked 5×, TypeError: cart is undefined. "
        "0:03 clicks Buy ×5. 0:04 TypeError: cart is undefined. 0:07 reloads the page."
    )


def test_what_was_typed_is_never_told() -> None:
    session = shop().click(1_000, FIELD)
    for end in range(1, 8):
        session.change(1_000 + end * 100, 5, id=FIELD, text="hunter2"[:end], isChecked=False)
    recording = session.recording(9_000)
    words = clip_text(recording, Window(0, 9_000), ENGLISH)
    assert [line.text for line in words.transcript] == ["fills in Card number"]
    assert "hunter2"[:4] not in str(words)


def test_sensitive_names_errors_and_addresses_are_hidden() -> None:
    session = Session(element(4, "button", text(5, "Mail ada@example.org")))
    session.click(1_000, 4).error(1_050, "no card 4242 4242 4242 4242 for ada@example.org")
    session.page(3_000, "https://shop.example/u/ada@example.org?token=secret")
    words = str(clip_text(session.recording(9_000), Window(0, 9_000, 1_000), ENGLISH))
    for secret in ("ada", "4242", "secret"):
        assert secret not in words
    assert "Mail •••@•••••••.•••" in words


def test_what_happened_before_the_window_is_not_told_but_names_are_known_from_it() -> None:
    session = shop().add(500, 3, element(30, "button", text(31, "Pay"))).click(2_000, BUY).click(30_000, 30)
    assert lines_of(session, Window(28_000, 31_000, 30_000)) == ["0:02 clicks Pay"]


def test_times_are_those_of_the_clip_after_an_idle_stretch() -> None:
    session = shop().click(3_000, BUY).page(23_000, "https://shop.example/pay")
    # From 4.0 to 22.5 s nothing happens; it is shown as a card of 1.2 s.
    assert lines_of(session, Window(0, 25_000, 3_000)) == ["0:03 clicks Buy", "0:05 goes to /pay"]


def test_a_message_on_the_page_is_mentioned_but_not_quoted() -> None:
    session = shop().click(3_000, BUY).add(3_400, 3, element(30, "div", text(31, "Sorry, Ada"), class_="error-banner"))
    session.recording(60_000)
    assert lines_of(session, Window(0, 6_000, 3_000)) == ["0:03 clicks Buy", "0:03 a message appears"]


def test_the_same_error_is_told_once_and_a_dead_click_says_so() -> None:
    session = shop().clicks(3_000, BUY, 4, 200)
    for at in (3_010, 3_210, 3_410):
        session.error(at)
    assert lines_of(session, Window(0, 6_000, 3_000)) == ["0:03 clicks Buy ×4", "0:03 TypeError: cart is undefined"]
    dead = shop().clicks(3_000, BUY, 3, 200).recording(9_000)
    assert clip_text(dead, Window(0, 6_000, 3_000), ENGLISH).caption == "Buy clicked 3×, nothing happens"


def test_the_answer_to_a_click_that_was_made_again_is_its_answer() -> None:
    session = Session(element(BUY, "button", text(5, "Send")), element(FIELD, "a", text(7, "Help")))
    session.click(3_000, BUY).click(3_400, BUY).add(3_600, 3, element(8, "p", text(9, "Sorry"), role="alert"))
    window = Window(0, 6_000, 3_000)
    assert clip_text(session.recording(6_000), window, ENGLISH).caption == "Send clicked, a message appears"
    later = Session(element(BUY, "button", text(5, "Send")), element(FIELD, "a", text(7, "Help")))
    later.click(3_000, BUY).click(3_400, FIELD).add(3_600, 3, element(8, "p", text(9, "Sorry"), role="alert"))
    assert clip_text(later.recording(6_000), window, ENGLISH).caption == "Send clicked, nothing happens"


def test_long_and_odd_names_fit() -> None:
    session = Session(element(4, "p", text(5, "very " * 60 + "\n\t<!channel>"))).click(1_000, 4)
    words = clip_text(session.recording(9_000), Window(0, 9_000, 1_000), ENGLISH)
    assert len(words.caption) < 90
    assert "\n" not in words.caption
    assert len(words.alt_text) <= 1_000


def test_nothing_that_nobody_sees_is_in_the_words() -> None:
    odd = (
        Session(element(BUY, "button", text(5, "Buy \u202eyub\x00 now")))
        .click(1_000, BUY)
        .error(1_050, "a\u2066b\x1b[31m")
    )
    words = clip_text(odd.recording(3_000), Window(0, 3_000, 1_000), ENGLISH)
    for said in (words.caption, words.alt_text, *(line.text for line in words.transcript)):
        assert said.isprintable()
    assert words.caption == "Buy yub now clicked, ab[31m"


def test_an_empty_window_has_words() -> None:
    words = clip_text(shop().recording(9_000), Window(2_000, 4_000), ENGLISH)
    assert words.caption == "Session replay"
    assert words.transcript == ()


def test_real_recordings_of_both_dialects_tell_the_same_story() -> None:
    stories = []
    for folder in (SDK_6, SDK_7):
        recording = read(read_path(folder))
        action = next(it for it in detect(recording) if it.clicks == 4 and it.name == "Buy now")
        stories.append([line.text for line in clip_text(recording, window_for(recording, action), ENGLISH).transcript])
    assert stories[0] == stories[1]
    assert stories[0][-2:] == ["clicks Buy now ×4", "TypeError: Cannot read properties of undefined (reading 'items')"]


def test_the_shop_recording_is_told() -> None:
    recording = read(read_path(SHOP))
    lines = clip_text(recording, Window(24_000, 34_000, 26_146), KOREAN).transcript
    assert [line.text for line in lines] == [
        "Buy 클릭",
        "메시지가 나타남",
        "Buy 클릭 ×9",
        "메시지가 나타남",
        "Buy 클릭 ×7",
        "메시지가 나타남",
    ]


RAGE = (Signal.RAGE, Signal.ERROR)


def counted(
    session: Session, clicks: int, error: str = "", signals: tuple[Signal, ...] = RAGE, at: int = 3_000
) -> ClipText:
    """The words of a clip around a click that the source counted so."""
    session.events.sort(key=lambda event: event["timestamp"])
    moment = Moment("s", "v", datetime(2026, 11, 24, tzinfo=UTC), signals, "Buy", clicks, error=error)
    return clip_text(session.recording(60_000), replace(Window(0, 9_000, at), moment=moment), ENGLISH)


def lines(words: ClipText) -> list[str]:
    return [line.text for line in words.transcript]


def test_other_clicks_on_the_same_button_are_not_counted_with_those_of_the_moment() -> None:
    """Three in a burst, and two more within the four seconds that make one line of clicks that nobody counts."""
    session = shop().clicks(3_000, BUY, 3, 200).clicks(5_500, BUY, 2, 1_200)
    assert lines(counted(session, 3)) == ["clicks Buy ×3", "clicks Buy ×2"]
    assert counted(session, 3).caption == "Buy clicked 3×"
    of_the_recording = clip_text(session.recording(), Window(0, 9_000, 3_000), ENGLISH)
    assert lines(of_the_recording) == ["clicks Buy ×3", "clicks Buy ×2"]
    assert of_the_recording.caption == "Buy clicked 3×, nothing happens"


@pytest.mark.parametrize(("clicks", "said"), [(4, ["clicks Buy ×4", "clicks Buy ×2"]), (9, ["clicks Buy ×9"])])
def test_the_source_says_how_many_clicks_there_were(clicks: int, said: list[str]) -> None:
    """Here six clicks are told apart, because a new button takes the place of the old one; the source joined them."""
    session = shop()
    for n in range(6):
        session.add(2_000, 3, element(40 + n, "button", text(50 + n, "Buy"))).click(3_000 + n * 200, 40 + n)
    words = counted(session, clicks)
    assert lines(words) == said
    assert words.caption == f"Buy clicked {clicks}×"
    assert f"clicks Buy ×{clicks}." in words.alt_text


def test_the_recording_counts_the_clicks_where_the_source_does_not() -> None:
    words = counted(shop().clicks(3_000, BUY, 5, 150), 0, "TypeError: a")
    assert lines(words) == ["clicks Buy ×5", "TypeError: a"]
    assert words.caption == "Buy clicked 5×, TypeError: a"


@pytest.mark.parametrize(
    ("shown", "named"),
    [
        ("TypeError: a", "TypeError: a"),
        ("Uncaught TypeError: a", "TypeError: a"),
        ("Checkout: TypeError: a", "Checkout: TypeError: a"),
        ("another", "TypeError: a"),
        ("a", "TypeError: a"),
    ],
)
def test_the_source_names_the_error(shown: str, named: str) -> None:
    """Once, and in the recording's words only if the source's are part of them."""
    session = shop().clicks(3_000, BUY, 3, 200).error(3_700, shown)
    words = counted(session, 3, "TypeError: a")
    assert lines(words) == ["clicks Buy ×3", named]
    assert words.caption == f"Buy clicked 3×, {named}"


def test_an_error_that_the_recording_does_not_hold_stands_after_its_click() -> None:
    session = shop().clicks(3_000, BUY, 3, 200).page(7_000, "https://shop.example/cart")
    assert lines(counted(session, 3, "TypeError: a")) == ["clicks Buy ×3", "TypeError: a", "reloads the page"]


def test_the_right_one_of_several_errors_is_named_and_the_others_stay() -> None:
    session = shop().clicks(3_000, BUY, 3, 200).error(3_650, "other").error(3_700, "TypeError: a")
    words = counted(session, 3, "TypeError: a")
    assert lines(words) == ["clicks Buy ×3", "other", "TypeError: a"]
    assert words.caption == "Buy clicked 3×, TypeError: a"


def test_a_later_error_is_not_the_click_s_where_the_source_knows_of_none() -> None:
    session = shop().click(3_000, BUY).error(4_500, "later")
    words = counted(session, 1, "", (Signal.DEAD,))
    assert (words.caption, lines(words)) == ("Buy clicked", ["clicks Buy", "later"])


def test_a_click_is_dead_if_the_source_says_so() -> None:
    session = shop().clicks(3_000, BUY, 3, 200)
    assert counted(session, 3).caption == "Buy clicked 3×"
    assert counted(session, 3, "", (Signal.RAGE, Signal.DEAD)).caption == "Buy clicked 3×, nothing happens"


def test_a_click_that_the_recording_does_not_show_is_counted_without_a_name() -> None:
    session = shop().click(8_000, FIELD)
    assert lines(counted(session, 4, "TypeError: a")) == ["4 clicks", "TypeError: a", "clicks Card number"]
    assert counted(session, 4, "TypeError: a").caption == "4 clicks, TypeError: a"
    assert counted(session, 0, "TypeError: a").caption == "rage clicks, error clicks, TypeError: a"


def test_nothing_sensitive_comes_from_the_source() -> None:
    words = counted(shop().click(3_000, BUY), 1, "no user ada@example.org")
    assert "ada" not in f"{words}"


LONG_ERROR = (
    "TypeError: Cannot read properties of undefined (reading 'paymentMethodConfirmation') "
    "in checkout/confirm.js of shop-web 2.31.0"
)


@pytest.mark.parametrize("name", ["Buy", "Confirm your order and pay with the card that we keep for you", "결" * 60])
def test_a_long_name_gives_way_to_the_error(name: str) -> None:
    session = Session(element(BUY, "button", text(5, name))).click(13_000, BUY).error(13_200, LONG_ERROR)
    for locale in (ENGLISH, KOREAN):
        caption = clip_text(session.recording(20_000), Window(10_000, 16_000, 13_000), locale).caption
        assert caption.endswith(LONG_ERROR)
        assert name[:8] in caption


def test_an_error_is_told_however_much_else_happens() -> None:
    session = shop()
    for count in range(90):
        session.change(1_000 + count * 100, 5, id=FIELD, text="*", isChecked=False)
        session.page(1_050 + count * 100, f"https://shop.example/page/{count}")
    session.click(10_200, BUY).error(10_400, LONG_ERROR)
    session.events.sort(key=lambda event: event["timestamp"])
    told = clip_text(session.recording(60_000), Window(500, 12_000, 10_200), ENGLISH)
    assert LONG_ERROR in [line.text for line in told.transcript]
    assert f"{LONG_ERROR}." in told.alt_text
    assert len(told.alt_text) <= 1_000
    assert [line.at_ms for line in told.transcript] == sorted(line.at_ms for line in told.transcript)


def test_where_few_lines_have_room_those_that_tell_most_stay() -> None:
    lines = tuple(Line(at, f"line {at}", keep=at in (7, 9)) for at in range(10))
    clip = Clip(b"", "gif", 1, 1, 1, 1, 1, {}, "", "", lines, MaskReport(), Window(0, 1))
    assert [line.at_ms for line in clip.lines(4)] == [0, 1, 7, 9]
    assert clip.lines(20) == list(lines)
