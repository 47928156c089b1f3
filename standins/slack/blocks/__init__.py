"""The block checker: would Slack accept this message, this view?

Rules are data: a `Rule` takes a value and yields what is wrong with it (`rules`). Texts, elements and blocks are
records of rules; a surface adds the rules for a message, a modal or the home tab as one. Limits are those of
Slack's reference; characters are Unicode code points.
"""

from standins.slack.blocks.rules import Problem
from standins.slack.blocks.surfaces import check_message, check_view

__all__ = ["Problem", "check_message", "check_view"]
