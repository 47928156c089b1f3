"""What a button carries. Slack gives it back unchanged, at any later time: the record it names decides what is true."""

from __future__ import annotations

import msgspec


class Pressed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The value of every button of ours.

    `id` names the record (a question asked, a request to an owner); `version` is the state of it that the button was
    drawn for, so that a stale press is told from a fresh one. The rest is for clips: session and window in ms from the
    first event, and for *Try again* who chose them; `whole_page` says that the camera stays off.
    """

    id: str
    version: int = 0
    session: str = ""
    start_ms: int = -1
    end_ms: int = -1
    by: str = ""
    whole_page: bool = False
    target: str = ""
    facet: str = ""
    """A facet (or the page) of a question, its unknown value, and the one to take instead."""
    old: str = ""
    new: str = ""
    text: str = ""
    """A question to ask, and the thread to answer it in."""
    thread: str = ""
    owner: str = ""
    """In the modal of a follow-up: what was proposed, by which to tell what a person changed."""
    priority: str = ""
    due: str = ""
    beside: str = ""
    """For clips of several sessions side by side: which ones."""

    def value(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, value: str) -> Pressed:
        """Raises msgspec.ValidationError or DecodeError for a value that is not ours."""
        return msgspec.json.decode(value, type=cls)
