"""Events come in the order in which they happened, whatever the order of the pieces and whatever the clock did."""

from __future__ import annotations

import json
from typing import Any

from bot.replay.detect.detector import detect
from bot.replay.detect.dom import DomPage
from bot.replay.read_recording import read, read_path
from bot.replay.recording import EventKind, Recording
from bot.replay.scene import viewport
from bot.replay.script.trim import playable
from tests.replay.sessions import RECORDINGS, START, Json, Session, element, text

SIGNALS = RECORDINGS / "signals"
BOX = 4


def shop() -> Session:
    return Session(element(BOX, "div", id="box"))


def words(recording: Recording) -> str:
    """All text of the page as it is after the last event."""
    page = DomPage()
    for event in recording.events:
        if event.type == EventKind.FULL:
            page.load(event.data["node"])
        elif event.source == 0:
            page.mutate(event.data)
    return " ".join(node.text for node in page.nodes.values() if node.text)


def recorded(events: list[Json]) -> Recording:
    return read([json.dumps(events).encode()])


def set_back(session: Session, at: int, by: int) -> list[Json]:
    """The events as they are written when the clock is set back at that time."""
    after, events = START + at, sorted(session.events, key=lambda event: event["timestamp"])
    return [{**it, "timestamp": it["timestamp"] - (by if it["timestamp"] > after else 0)} for it in events]


def growing() -> Session:
    session = shop().add(1_000, BOX, element(10, "p", text(11, "one")))
    for at, number in ((6_000, 20), (7_000, 30), (12_000, 40)):
        session.add(at, number - 10, element(number, "p", text(number + 1, f"at {at}")))
    return session


def test_the_order_of_the_file_wins_where_the_clock_was_set_back() -> None:
    recording = recorded(set_back(growing(), 5_000, 5_500))
    assert words(recording) == words(recorded(growing().events)) == "one at 6000 at 7000 at 12000"
    assert [event.at - START for event in recording.events] == [0, 0, 1_000, 1_001, 2_001, 7_001]
    assert not recording.skipped


def test_clicks_after_the_clock_was_set_back_come_after_what_was_before() -> None:
    session = growing().clicks(9_000, 20, 3, 200)
    (action,) = [it for it in detect(recorded(set_back(session, 5_000, 5_500))) if it.types]
    assert (action.clicks, action.at_ms, action.selector) == (3, 4_001, "#box>P>P")


def test_a_clock_may_be_set_back_twice() -> None:
    once = set_back(growing(), 5_000, 5_500)
    twice = [{**it, "timestamp": it["timestamp"] - (6_000 if it is once[-1] else 0)} for it in once]
    assert words(recorded(twice)) == "one at 6000 at 7000 at 12000"


def test_what_is_about_elements_that_are_not_there_is_counted() -> None:
    lost = {"source": 0, "adds": [], "attributes": [], "texts": [{"id": 999, "value": "?"}], "removes": []}
    events = set_back(growing().event(8_000, 3, lost), 5_000, 5_500)
    assert recorded(events).skipped == {"change to an element that is not there": 1}


def test_nonsense_and_very_many_changes_are_ordered_as_fast_as_others() -> None:
    session = growing()
    odd = {"adds": [{"parentId": ["?"], "node": 7}, 3], "removes": [{"id": {}}], "texts": 1, "attributes": [{}]}
    session.event(8_000, 3, {"source": 0, **odd})
    many = [{"parentId": 50_001 + n, "nextId": None, "node": element(50_000 + n, "i")} for n in range(20_000)]
    session.event(9_000, 3, {"source": 0, "adds": many, "removes": [], "texts": [], "attributes": []})
    assert words(recorded(set_back(session, 5_000, 5_500))) == "one at 6000 at 7000 at 12000"


def test_pieces_and_batches_in_a_wrong_order_are_sorted_by_time() -> None:
    events = growing().events
    for wrong in (events[3:] + events[:3], events[:3] + events[4:] + events[3:4]):
        recording = recorded(wrong)
        assert words(recording) == "one at 6000 at 7000 at 12000"
        assert recording.duration_ms == 12_000


def test_events_that_tell_of_something_before_change_no_times() -> None:
    session = growing()
    session.event(13_000, 5, {"tag": "performanceSpan", "payload": {}})
    session.events[-1]["timestamp"] = START + 2_000
    session.mutation(14_000, BOX)
    assert [event.at - START for event in recorded(session.events).events][-1] == 14_000


def test_a_recording_whose_clock_was_set_back() -> None:
    wrong, right = (read(read_path(SIGNALS / f"clock-{name}.json")) for name in ("set-back", "right"))
    assert words(wrong) == words(right)
    assert [event.type for event in wrong.events] == [event.type for event in right.events]


def frame(session: Session, at: int) -> Session:
    return session.event(at, 4, {"href": "https://shop.example/widget", "width": 400, "height": 150})


def sizes(recording: Recording) -> list[Any]:
    return [viewport(playable(recording, at, at + 1), 1) for at in range(0, recording.duration_ms, 1_000)]


def test_a_meta_that_no_snapshot_follows_is_no_change_of_the_viewport() -> None:
    session = frame(frame(shop(), 1_500), 3_500).click(5_000, BOX).page(8_000, "https://shop.example/next")
    session = frame(session, 9_000).click(12_000, 3)
    recording = session.recording(13_000)
    assert set(sizes(recording)) == {(1280, 720)}
    assert [view.href[-5:] for view in recording.views] == ["/cart", "/next"]
    assert [action.view_href[-5:] for action in detect(recording)] == ["/cart", "/next"]
    assert recording.skipped == {"page without a snapshot": 3}


def test_a_recording_with_a_frame_that_records_itself() -> None:
    recording = read(read_path(SIGNALS / "frame-meta.json"))
    assert set(sizes(recording)) == {(1200, 800)}
    assert recording.skipped == {"page without a snapshot": 1}
    (action,) = detect(recording)
    assert (action.clicks, action.name, action.view_href) == (3, "Refresh", "https://shop.example/")
