"""Actions on their way into ClickHouse: of the states of an action that were sent, only the newest is left.

A state has a row of its own, so writers never wait for each other. Rows go in first, then their states; whoever finds
several states of an action takes back all but the newest. Of two that write at once at least one sees both, and both
take back the same. The rule is that of `Batch.action`: the highest document version, then the latest time; two of one
time are put together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_rows import (
    ColumnLists,
    picked,
    states_of,
    united,
    unpacked,
)
from bot.providers.local.clickhouse.clickhouse_tables import ACTION_STATES, ACTIONS, KeyedTable

SLACK_MS = 3_600_000
"""By how much the times of two states may differ, as in the embedded store."""
IDS_AT_ONCE = 2000
"""Ids in one statement: they have 80 kB."""
Insert = Callable[[KeyedTable, ColumnLists], Awaitable[None]]
_STATES = """
SELECT id, groupUniqArray((document, toUnixTimestamp64Milli(moment), target, state)) AS states FROM action_states
WHERE id IN {ids:Array(UUID)} AND moment >= fromUnixTimestamp64Milli({first:Int64}, 'UTC')
  AND moment <= fromUnixTimestamp64Milli({last:Int64}, 'UTC')
GROUP BY id HAVING length(states) > 1
"""


class ActionState(NamedTuple):
    """One state that was sent. Their order is that of what wins."""

    document: int
    moment: int
    target: str
    state: int


async def write_actions(client: ClickHouseClient, insert: Insert, rows: ColumnLists) -> None:
    """`rows` have all columns of the embedded table. Raises Upstream."""
    rows = rows | {"state": states_of(rows), "change": [0] * len(rows["id"]), "dropped": [0] * len(rows["id"])}
    await insert(ACTIONS, rows)
    await insert(ACTION_STATES, {name: rows[name] for name in ACTION_STATES.columns})
    places = {id: place for place, id in enumerate(rows["id"])}
    for ids in _parts(list(places)):
        changed = await _several(client, ids, min(rows["moment"]), max(rows["moment"]))
        for id, states in changed.items():
            await _keep_newest(insert, picked(rows, [places[id]]), states)


def _parts(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for first in range(0, len(ids), IDS_AT_ONCE):
        yield ids[first : first + IDS_AT_ONCE]


async def _several(
    client: ClickHouseClient, ids: Sequence[bytes], first: int, last: int
) -> dict[bytes, list[ActionState]]:
    """Returns the states of the actions that have more than one."""
    values = {
        "ids": [UUID(bytes=id) for id in ids],  # the client escapes text letter by letter
        "first": first - SLACK_MS,
        "last": last + SLACK_MS,
    }
    rows = await client.query(_STATES, values)
    return {id.bytes: [ActionState(*state) for state in states] for id, states in rows}


async def _keep_newest(insert: Insert, row: ColumnLists, states: list[ActionState]) -> None:
    """Takes back the states of an action that aren't its newest one. `row` is a row that was just written of it."""
    newest, added = chosen(states)
    if added and (row["document"][0], row["moment"][0]) == newest[:2]:
        whole = row | {"target": [newest.target], "state": [newest.state]}
        await insert(ACTIONS, whole | {name: [value] for name, value in unpacked(newest.state).items()})
        await insert(ACTION_STATES, {name: whole[name] for name in ACTION_STATES.columns})
    elif added:  # whoever wrote the newest of them puts them together
        states = [state for state in states if state[:2] != newest[:2]]
    gone = [state for state in states if state != newest]
    if gone:
        await insert(ACTIONS, taken_back(row, gone))


def chosen(states: Sequence[ActionState]) -> tuple[ActionState, bool]:
    """Returns the newest state, and whether it is put together of several, so that nobody has written it yet."""
    first = max(states)
    newest = first._replace(state=united(state.state for state in states if state[:2] == first[:2]))
    return newest, newest not in states


def taken_back(row: ColumnLists, gone: Sequence[ActionState], change: int = 1) -> ColumnLists:
    """Returns rows that drop these states of the action in `row`."""
    rows = {name: values[:1] * len(gone) for name, values in row.items()}
    for name in ActionState._fields:
        rows[name] = [getattr(state, name) for state in gone]
    return rows | {"change": [change] * len(gone), "dropped": [1] * len(gone)}
