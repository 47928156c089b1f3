"""Blocks, elements and views to build cases from: each is well unless an argument breaks it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "Text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> Json:
    return {"type": "mrkdwn", "text": text}


def raw(text: str = "Cell") -> Json:
    return {"type": "raw_text", "text": text}


def option(value: str = "v", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(n)) for n in range(count)]


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "a", **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "a", "placeholder": plain(), **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A", **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def asked(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def typed(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "a", **more}


def video(**more: Any) -> Json:
    about = {"alt_text": "A", "title": plain(), "thumbnail_url": "https://e.com/t", "video_url": "https://e.com/v"}
    return {"type": "video", **about, **more}


def card(**more: Any) -> Json:
    return {"type": "card", "title": mrkdwn(), **more}


def grid(rows: int, columns: int, kind: str = "table", text: str = "Cell", **more: Any) -> Json:
    return {"type": kind, "rows": [[raw(text) for _ in range(columns)] for _ in range(rows)], **more}


def pie(*segments: tuple[str, float], **more: Any) -> Json:
    chart = {"type": "pie", "segments": [{"label": label, "value": value} for label, value in segments]}
    return {"type": "data_visualization", "title": "T", "chart": chart, **more}


def bars(series: int = 1, points: int = 2, *, name: str = "s", label: str = "p", **axis: Any) -> Json:
    labels = [f"{label}{n}" for n in range(points)]
    made = [{"name": f"{name}{k}", "data": [{"label": one, "value": 1} for one in labels]} for k in range(series)]
    chart = {"type": "bar", "series": made, "axis_config": {"categories": labels, **axis}}
    return {"type": "data_visualization", "title": "T", "chart": chart}


def feedback(**more: Any) -> Json:
    one = {"text": plain(), "value": "v"}
    element = {"type": "feedback_buttons", "positive_button": {**one, **more}, "negative_button": one}
    return {"type": "context_actions", "elements": [element]}


def confirmed(**more: Any) -> Json:
    dialog = {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}
    return actions(button(confirm=dialog))


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks) or [section()], **more}


def ticked(kind: str, count: int) -> Json:
    return actions({"type": kind, "action_id": "a", "options": options(count)})


def task(**more: Any) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "T", **more}


def icon(**more: Any) -> Json:
    element = {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "a", **more}
    return {"type": "context_actions", "elements": [element]}


def source(url: str) -> Json:
    return task(sources=[{"type": "url", "url": url, "text": "S"}])


def container(count: int = 1, **more: Any) -> Json:
    return {"type": "container", "child_blocks": [section() for _ in range(count)], **more}


def x(count: int) -> str:
    return "x" * count
