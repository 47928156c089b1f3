"""Emoji by the names that Slack gives them."""

from __future__ import annotations

import re
import unicodedata

# Where Slack's name isn't Unicode's.
_TABLE = """
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|tada 🎉|white_check_mark ✅|heavy_check_mark ✔️|x ❌
warning ⚠️|boom 💥|zap ⚡|bulb 💡|mag 🔍|mag_right 🔎|pray 🙏|raised_hands 🙌|clap 👏|wave 👋
heart ❤️|joy 😂|smile 😄|slightly_smiling_face 🙂|sob 😭|cry 😢|rage 😡|angry 😠|scream 😱
sweat_smile 😅|sunglasses 😎|100 💯|pencil 📝|link 🔗|date 📅|clock1 🕐|hourglass ⌛
hourglass_flowing_sand ⏳|stopwatch ⏱️|no_bell 🔕|loudspeaker 📢|mega 📣|red_circle 🔴
orange_circle 🟠|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢
green_circle 🟢|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|rotating_light 🚨
no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|information_source ℹ️|question ❓
exclamation ❗|heavy_plus_sign ➕|arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️
arrow_left ⬅️|arrow_upper_right ↗️|arrow_lower_right ↘️|repeat 🔁
arrows_counterclockwise 🔄|computer 💻|iphone 📱|clapper 🎬|film_frames 🎞️|unlock 🔓
gear ⚙️|point_right 👉|point_up ☝️|ok_hand 👌|muscle 💪|crossed_fingers 🤞|ok 🆗|new 🆕
star ⭐|sunny ☀️|snowflake ❄️|coffee ☕|pizza 🍕|cake 🍰|beers 🍻|ghost 👻|see_no_evil 🙈
dog 🐶|cat 🐱|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|earth_africa 🌍
construction 🚧|dart 🎯|checkered_flag 🏁|zzz 💤|relieved 😌|leftwards_arrow_with_hook ↩️
bust_in_silhouette 👤|busts_in_silhouette 👥|shopping_trolley 🛒|label 🏷️
"""
_OWN: dict[str, str] = dict(re.findall(r"([^|\s]+) ([^|\s]+)", _TABLE))


def emoji(name: str) -> str:
    """The character of that name, empty when there is none (a workspace's own, say)."""
    if own := _OWN.get(name):
        return own
    try:
        found = unicodedata.lookup(name.replace("_", " ").upper())
    except KeyError:
        return ""
    return found if unicodedata.category(found) == "So" and found > "\u203b" else ""
