"""Reading and typing are shown faster, away from what a clip is about, and it is words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.sample.recorded import FOLDER
from bot.replay.encode.frame_plans import FramePlan, frame_plans
from bot.replay.model import Masks, Style, Window
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.scene import scene_of
from bot.replay.script.moment import LEAD_MS, clip_ms, fast_stretches, idle_stretches, shown_ms
from bot.replay.script.transcript import clip_text
from tests.replay.sessions import SHOP, Session, element, text

BUY, FIELD = 4, 6
UNTIL = 60_000
TYPING = FOLDER / "typing.json.gz"
ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")


def shop() -> Session:
    return Session(element(BUY, "button", text(5, "Buy")), element(FIELD, "input", placeholder="City"))


def read_on(session: Session, first: int, last: int, every: int = 500) -> Session:
    for at in range(first, last + 1, every):
        session.change(at, 3, id=1, x=0, y=at // 10)
    return session


def typed(session: Session, first: int, last: int) -> Session:
    for at in range(first, last + 1, 250):
        session.change(at, 5, id=FIELD, text="*" * (at // 250), isChecked=False)
    return session


def recorded(session: Session) -> Recording:
    session.events.sort(key=lambda event: event["timestamp"])
    return session.recording(UNTIL)


def fast(session: Session, window: Window | None = None) -> tuple[tuple[int, int, int], ...]:
    return fast_stretches(recorded(session), window or Window(0, 30_000, 25_000))


def test_a_short_stretch_is_twice_as_fast_and_a_long_one_four_times() -> None:
    assert fast(read_on(shop(), 2_000, 7_000)) == ((2_000, 7_000, 2),)
    assert fast(typed(shop(), 2_000, 14_000)) == ((2_000, 14_000, 4),)
    assert fast(read_on(shop(), 2_000, 4_000)) == ()


def test_reading_and_typing_go_on_as_one() -> None:
    assert fast(typed(read_on(shop(), 2_000, 7_000), 7_500, 12_000)) == ((2_000, 12_000, 4),)


def test_a_pause_ends_it() -> None:
    session = read_on(read_on(shop(), 2_000, 6_000), 9_000, 13_000)
    assert fast(session) == ((2_000, 6_000, 2), (9_000, 13_000, 2))


@pytest.mark.parametrize("disturb", ["click", "error", "page", "add", "remove"])
def test_whatever_else_happens_is_shown_at_its_own_speed(disturb: str) -> None:
    session, at = read_on(shop(), 1_500, 20_000), 11_000
    match disturb:
        case "click":
            session.click(at, BUY)
        case "error":
            session.error(at)
        case "page":
            session.page(at, "https://shop.example/other")
        case "add":
            session.add(at, 3, element(40, "div", text(41, "Sorry")))
        case "remove":
            session.change(at, 0, adds=[], removes=[{"id": BUY, "parentId": 3}], texts=[], attributes=[])
    stretches = fast(session)
    assert len(stretches) == 2
    assert stretches[0][1] <= at - 900
    assert stretches[1][0] >= at + 1_000


def test_what_only_moves_the_pointer_or_dresses_the_page_disturbs_nothing() -> None:
    session = read_on(shop(), 2_000, 8_000)
    for at in range(2_100, 8_000, 700):
        session.moves(at, (at % 700, 9, 0)).mutation(at + 50)
    assert fast(session) == ((2_000, 8_000, 2),)


def test_going_from_field_to_field_is_typing() -> None:
    session = typed(shop(), 2_000, 4_000)
    session.click(5_000, FIELD)
    assert fast(typed(session, 5_050, 8_000)) == ((2_000, 7_800, 2),)


@pytest.mark.parametrize(
    ("path", "window"), [(SHOP, Window(17_000, 28_000, 26_093)), (TYPING, Window(6_500, 18_000, 15_377))]
)
def test_in_real_sessions_forms_are_filled_in_faster(path, window) -> None:
    recording = read(read_path(path))
    ((first, last, speed),) = fast_stretches(recording, window)
    assert speed == 2
    assert window.start_ms < first < last <= window.failed_ms - LEAD_MS[0]


def test_the_failed_click_and_what_follows_it_are_never_fast() -> None:
    session = read_on(shop(), 1_000, 29_000)
    window = Window(0, 29_500, 20_000)
    assert all(last <= 20_000 - LEAD_MS[0] for _, last, _ in fast(session.click(20_000, BUY), window))


def test_in_a_window_without_a_failed_click_clicks_are_shown_at_their_own_speed() -> None:
    session = read_on(shop(), 1_000, 29_000).click(15_000, BUY)
    window = Window(0, 30_000)
    assert [speed for *_, speed in fast(session, window)] == [4, 4]
    assert all(not first <= 15_000 <= last for first, last, _ in fast(session, window))


def test_frames_of_a_fast_stretch_are_further_apart_and_last_as_long() -> None:
    plans = frame_plans(0, 10_000, 10, (), [(2_000, 8_000, 4)])
    quick = [plan for plan in plans if plan.speed == 4]
    assert [plan.at_ms for plan in quick] == list(range(2_000, 8_000, 400))
    assert {plan.lasts_ms for plan in quick} == {100}
    assert plans[-1] == FramePlan(10_000, 100)
    assert sum(plan.lasts_ms for plan in plans) == 2_000 + 1_500 + 2_000 + 100


@pytest.mark.parametrize("fps", [7, 10, 30])
def test_time_goes_on_without_a_gap_or_a_step_back(fps: int) -> None:
    plans = frame_plans(0, 20_000, fps, [(12_000, 15_000)], [(1_013, 5_500, 2), (15_210, 19_333, 4)])
    for one, other in pairwise(plans):
        passes = other.at_ms - one.at_ms - one.skipped_ms
        assert 0 <= passes <= 2 * (one.lasts_ms + 1) * one.speed + 4 * 1000 / fps


def test_times_of_the_words_are_those_of_the_frames() -> None:
    """With cut stretches before and after fast ones, for the events of the session and for the end."""
    session = read_on(read_on(shop(), 2_000, 7_000), 16_000, 21_000).clicks(25_000, BUY, 3, 300)
    recording, window = recorded(session), Window(0, 29_000, 25_000)
    idle, quick = idle_stretches(recording, window), fast_stretches(recording, window)
    assert idle
    assert len(quick) == 2
    plans = scene_of(recording, window, Style(), Masks()).frame_plans
    for at in (0, 4_000, 7_000, 16_500, 21_000, 25_000, 29_000):
        frames = sum(plan.lasts_ms for plan in plans if plan.at_ms < at)
        assert abs(clip_ms(at, window, idle, quick) - frames) <= 350
    assert abs(shown_ms(recording, window) - sum(plan.lasts_ms for plan in plans)) <= 350


def test_it_is_said_in_the_transcript_and_in_the_text_for_those_who_cannot_see() -> None:
    recording = recorded(typed(shop(), 2_000, 14_000).click(25_000, BUY))
    window = Window(0, 28_000, 25_000)
    words = clip_text(recording, window, ENGLISH)
    assert "12 seconds of reading or typing at 4×" in [line.text for line in words.transcript]
    assert "0:02 12 seconds of reading or typing at 4×." in words.alt_text
    assert f"Session replay of {round(shown_ms(recording, window) / 1000)} seconds" in words.alt_text
    spoken = clip_text(recording, window, KOREAN)
    assert any("4배속" in line.text for line in spoken.transcript)


def test_words_of_what_is_not_fast_say_nothing_of_it() -> None:
    words = clip_text(recorded(shop().click(25_000, BUY)), Window(22_000, 28_000, 25_000), ENGLISH)
    assert "×" not in words.alt_text
