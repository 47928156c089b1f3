"""The block checker: would Slack take this message, this view?

Rules are data: a `Rule` looks at a value and yields what is wrong with it (`shapes`). Texts, elements and blocks are
records of rules, a surface adds what holds for a message, a modal or the home tab as a whole. Limits are those of
Slack's reference; characters are Unicode code points.
"""

from standins.slack.blocks.shapes import Problem
from standins.slack.blocks.surfaces import check_message, check_view

__all__ = ["Problem", "check_message", "check_view"]
