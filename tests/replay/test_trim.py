"""The replayer is given what one part of a recording needs, and nothing else."""

from __future__ import annotations

import json
import statistics
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Unfilmable
from bot.replay.read_recording import read
from bot.replay.recording import EventKind
from bot.replay.script.trim import playable
from tests.replay.long_recording import long_recording
from tests.replay.sessions import START, Session, element, shop_events, text


def session() -> Session:
    return Session(element(4, "p", text(5, "안녕하세요")))


def times(played: list[dict]) -> list[int]:
    return [event["timestamp"] - START for event in played]


def test_it_begins_with_a_meta_and_the_last_snapshot_before_the_start() -> None:
    made = session().mutation(500).page(1_000, "/two").mutation(1_500).page(2_000, "/three").mutation(2_500)
    played = playable(made.recording(), 1_800, 2_100)
    assert [event["type"] for event in played] == [
        EventKind.META,
        EventKind.FULL,
        EventKind.CHANGE,
        EventKind.META,
        EventKind.FULL,
    ]
    assert times(played) == [1_000, 1_000, 1_500, 2_000, 2_000]
    assert played[0]["data"]["href"] == "/two"


def test_before_the_first_snapshot_the_first_one_is_shown() -> None:
    late = Session()
    late.events = []
    late.event(0, 0, {}).page(900, "/one", element(4, "p"))
    assert times(playable(late.recording(), 100, 1_000)) == [900, 900]


def test_the_meta_takes_the_time_of_its_snapshot() -> None:
    made = session()
    made.events[0]["timestamp"] -= 300
    played = playable(made.recording(), 0, 1_000)
    assert played[0]["timestamp"] == played[1]["timestamp"] == START


def test_a_missing_meta_is_made_up() -> None:
    made = session()
    del made.events[0]
    assert playable(made.recording(), 0, 10)[0] == {
        "type": 4,
        "timestamp": START,
        "data": {"href": "", "width": 1280, "height": 720},
    }


@pytest.mark.parametrize(("given", "kept"), [(0, 1280), (-5, 1280), (0.4, 1280), (10**9, 16_384), (1024.4, 1024)])
def test_impossible_viewports_are_brought_within_bounds_and_what_is_none_is_the_usual_one(
    given: float, kept: int
) -> None:
    made = session()
    made.events[0]["data"]["width"] = given
    made.change(50, 4, width=given, height=given)
    played = playable(made.recording(), 0, 100)
    assert played[0]["data"]["width"] == played[2]["data"]["width"] == kept


def test_pointers_of_long_ago_are_dropped_and_what_they_did_is_kept() -> None:
    made = session().click(1_000, 4).mutation(1_010).moves(1_020, (1, 1, 0)).click(9_000, 4)
    played = playable(made.recording(), 10_000, 11_000)
    assert times(played) == [0, 0, 1_010, 8_950, 9_000, 9_000]


def test_of_scrolls_and_inputs_before_the_clip_the_last_of_each_element_counts() -> None:
    made = session()
    for at, number, y in ((100, 1, 10), (200, 4, 20), (300, 1, 30), (1_200, 1, 40), (1_300, 1, 50)):
        made.event(at, 3, {"source": 3, "id": number, "x": 0, "y": y})
    for at, node, typed in ((150, 5, "a"), (250, 5, "ab"), (260, ["no", "id"], "?"), (1_250, 5, "abc")):
        made.event(at, 3, {"source": 5, "id": node, "text": typed})
    changes = [event["data"] for event in playable(made.recording(), 1_000, 2_000) if event["type"] == EventKind.CHANGE]
    assert [(it["id"], it["y"]) for it in changes if it["source"] == 3] == [(4, 20), (1, 30), (1, 40), (1, 50)]
    assert [it["text"] for it in changes if it["source"] == 5] == ["ab", "?", "abc"]


def test_moves_are_one_event_a_position_at_their_own_time() -> None:
    made = session().moves(1_500, (1, 1, 500), (2, 2, 250), (3, 3, 0)).mutation(1_200)
    made.events.sort(key=lambda event: event["timestamp"])
    played = playable(made.recording(), 0, 5_000)[2:]
    assert times(played) == [1_000, 1_200, 1_250, 1_500]
    moves = [event["data"]["positions"] for event in played if event["data"]["source"] == 1]
    assert [(move["x"], move["timeOffset"]) for (move,) in moves] == [(1, 0), (2, 0), (3, 0)]


def test_a_batch_after_the_end_still_gives_its_moves_before_it() -> None:
    made = session().moves(1_300, (1, 1, 400), (2, 2, 100))
    assert times(playable(made.recording(), 0, 1_000)) == [0, 0, 900]


def test_nothing_comes_after_the_end_or_before_the_snapshot() -> None:
    made = session().moves(100, (1, 1, 5_000)).mutation(900).mutation(1_001)
    assert times(playable(made.recording(), 0, 1_000)) == [0, 0, 0, 900]


@settings(max_examples=40, deadline=10_000)
@given(st.integers(-1_000, 40_000), st.integers(0, 20_000))
def test_any_window_is_in_order_and_within_its_bounds(start: int, span: int) -> None:
    recording = read([json.dumps(shop_events()).encode()])
    played = playable(recording, start, start + span)
    when = [event["timestamp"] - recording.start_epoch_ms for event in played]
    assert [event["type"] for event in played[:2]] == [EventKind.META, EventKind.FULL]
    assert when == sorted(when)
    assert when[-1] <= max(start + span, when[0])


def test_korean_text_survives_and_the_recording_is_not_changed() -> None:
    recording = session().recording()
    first = playable(recording, 0, 1)
    assert "안녕하세요" in str(first)
    first[1]["data"]["node"].clear()
    assert "안녕하세요" in str(playable(recording, 0, 1))


def test_a_mutation_has_all_its_parts() -> None:
    played = playable(session().change(10, 0, texts=[]).recording(), 0, 100)
    assert played[2]["data"] == {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []}


def test_a_recording_without_a_snapshot_is_refused() -> None:
    recording = session().recording()
    recording.events = recording.events[:1]
    with pytest.raises(Unfilmable, match="no picture of the page"):
        playable(recording, 0, 1)


@pytest.mark.parametrize(("checkouts", "most"), [(2, 400), (None, 4_000)])
def test_a_long_recording_is_trimmed_to_its_end(checkouts: int | None, most: int) -> None:
    """Ten minutes and 2 MB: what is kept is little, and it takes a fraction of what filming takes."""
    stored = long_recording(minutes=10, checkout_minutes=checkouts)
    assert len(stored) > 2_000_000
    spans = []
    for _ in range(3):
        began = time.thread_time()
        recording = read([stored])
        played = playable(recording, recording.duration_ms - 10_000, recording.duration_ms)
        spans.append(time.thread_time() - began)
    assert len(played) < most
    assert statistics.median(spans) < 0.7  # ten times what it takes
    assert all(isinstance(event.raw, msgspec.Raw) for event in recording.events)  # nothing is decoded ahead of time


def test_an_hour_weighs_twelve_megabytes_and_has_sixteen_thousand_events() -> None:
    """What the benchmarks take for a long recording, by its sixtieth part."""
    minute = long_recording(minutes=1, checkout_minutes=None)
    recording = read([minute])
    assert recording.duration_ms == 60_000 + 34_127
    assert 10_000_000 < (len(minute) - len(json.dumps(shop_events()))) * 60 < 15_000_000
    assert 15_000 < (len(recording.events) - len(shop_events())) * 60 < 18_000
