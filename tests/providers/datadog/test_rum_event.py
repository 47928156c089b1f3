"""Whatever one field of an event is, the rest of the event still counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.datadog.rum.rum_event import RumEvent, rum_event
from bot.providers.datadog.rum.rum_requests import EventPage, ListedEvent
from standins.datadog.shape import shaped
from tests.providers.datadog.examples import NOON, action

RECORDINGS = FilePath(__file__).parents[2] / "recordings" / "datadog"
ABSENT = object()
OTHERS = [ABSENT, None, "text", "", 7, -1.5, True, [], [None], [{}], {}, {"id": None}]
Path = tuple[str, ...]


def recorded(folder: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDINGS / folder / "rum-events.ndjson").read_bytes().splitlines()]


EVENTS = [*recorded("sdk-7.16.2-shop-paired-rrweb"), *recorded("sdk-6.33.0-shop-v1"), action(NOON, "rage_click")]


def paths(value: object, above: Path = ()) -> Iterator[Path]:
    """Yields the path of each field, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*above, name)
            yield from paths(inner, (*above, name))


def changed(event: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    copy = dict(event)
    name, *below = path
    if below:
        copy[name] = changed(event[name], tuple(below), value)
    elif value is ABSENT:
        del copy[name]
    else:
        copy[name] = value
    return copy


def read(event: object) -> RumEvent:
    return rum_event(msgspec.Raw(msgspec.json.encode(event)))


def fields(value: object, above: Path = ()) -> dict[Path, object]:
    """Returns what was read, by path."""
    if not isinstance(value, dict):
        return {above: value}
    return {path: leaf for name, inner in value.items() for path, leaf in fields(inner, (*above, name)).items()}


@pytest.mark.parametrize("type_", ["action", "error", "view", "resource", "long_task"])
def test_any_one_field_of_any_other_type_costs_nothing_but_itself(type_: str) -> None:
    events = [event for event in EVENTS if event["type"] == type_][-6:]
    assert events or type_ == "long_task"
    for event in events:
        whole = fields(msgspec.to_builtins(read(event)))
        for path in paths(event):
            for value in OTHERS:
                rest = fields(msgspec.to_builtins(read(changed(event, path, value))))
                lost = {at for at, leaf in whole.items() if rest.get(at) != leaf and at[: len(path)] != path}
                assert not lost, (path, value)


@given(st.data())
def test_two_broken_fields_cost_nothing_but_themselves(data: st.DataObject) -> None:
    event = action(NOON, "rage_click", "error_click")
    one, other = (data.draw(st.sampled_from(sorted(paths(event)))) for _ in range(2))
    broken = changed(event, one, data.draw(st.sampled_from(OTHERS)))
    if other in set(paths(broken)):
        broken = changed(broken, other, data.draw(st.sampled_from(OTHERS)))
    rest = fields(msgspec.to_builtins(read(broken)))
    for at, leaf in fields(msgspec.to_builtins(read(event))).items():
        assert rest.get(at) == leaf or at[: len(one)] == one or at[: len(other)] == other


def test_of_a_list_only_what_does_not_fit_is_left_out() -> None:
    event = action(NOON) | {"action": {"id": ["a-1", None, "a-2"], "frustration": {"type": ["rage_click", 7, None]}}}
    assert (read(event).action.ids, read(event).action.frustration.type) == (["a-1", "a-2"], ["rage_click"])


@pytest.mark.parametrize("broken", [None, "text", 7, [], [None], {}])
def test_what_is_no_event_is_an_empty_one(broken: object) -> None:
    assert read(broken) == RumEvent()


def test_one_broken_event_costs_no_page() -> None:
    listed = shaped(action(NOON, "rage_click", id="a-1"), 1)
    for path in [*paths(listed | {"attributes": {"timestamp": "", "service": "", "tags": []}}), ("attributes",)]:
        for value in OTHERS:
            body = msgspec.json.encode({"data": [changed(listed, path, value), listed], "meta": {"page": None}})
            first, second = msgspec.json.decode(body, type=EventPage).data
            assert second.event().action.ids == ["a-1"]
            assert first.event().action.ids == ([] if path == ("attributes",) else ["a-1"])


@pytest.mark.parametrize("timestamp", [None, 7, "yesterday", [], ABSENT])
def test_the_sdks_own_time_counts_where_datadogs_is_missing(timestamp: object) -> None:
    listed = {"attributes": {"timestamp": timestamp, "attributes": {"date": 1_764_590_000_000}}}
    body = msgspec.json.encode(changed(listed, ("attributes", "timestamp"), timestamp))
    assert msgspec.json.decode(body, type=ListedEvent).attributes.at == datetime.fromtimestamp(1_764_590_000, UTC)
    assert (
        msgspec.json.decode(b'{"attributes": {"attributes": {"date": 1e300}}}', type=ListedEvent).attributes.at is None
    )


def test_a_page_without_a_next_one_may_say_so_with_null() -> None:
    assert msgspec.json.decode(b'{"data": [], "meta": {"page": {"after": null}}}', type=EventPage).after == ""
