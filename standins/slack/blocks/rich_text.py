"""rich_text blocks and their parts."""

from __future__ import annotations

from standins.slack.blocks.rules import Rule, anything, by_type, choice, flag, items, number, record, string

STYLE = record(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)


def _part(required: dict[str, Rule], **optional: Rule) -> Rule:
    return record({"type": string(), **required}, {"style": STYLE, **optional})


INLINE = by_type(
    {
        "text": _part({"text": string(1)}),
        "link": _part({"url": string(1, 3000)}, text=string(), unsafe=flag),
        "emoji": _part(
            {"name": string(1)}, unicode=string(), skin_tone=number(1, 6), url=string(), display_team_id=string()
        ),
        "user": _part({"user_id": string(1)}),
        "usergroup": _part({"usergroup_id": string(1)}),
        "channel": _part({"channel_id": string(1)}),
        "broadcast": _part({"range": choice("here", "channel", "everyone")}),
        "color": _part({"value": string(1)}),
        "date": _part({"timestamp": number(0), "format": string(1)}, url=string(), fallback=string()),
        "team": _part({"team_id": string(1)}),
    }
)
SECTION = record({"type": string(), "elements": items(INLINE)}, {})
PARTS = by_type(
    {
        "rich_text_section": SECTION,
        "rich_text_list": record(
            {
                "type": string(),
                "style": choice("bullet", "ordered"),
                "elements": items(by_type({"rich_text_section": SECTION})),
            },
            {"indent": number(0, 8), "offset": number(0), "border": number(0)},
        ),
        "rich_text_preformatted": record(
            {"type": string(), "elements": items(INLINE)}, {"border": number(0), "language": string()}
        ),
        "rich_text_quote": record({"type": string(), "elements": items(INLINE)}, {"border": number(0)}),
    }
)
RICH_TEXT = record({"type": string(), "elements": items(PARTS)}, {"block_id": string(1, 255), "raw": anything})
