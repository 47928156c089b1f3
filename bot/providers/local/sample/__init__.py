"""A week to try everything with: thousands of generated sessions and a few really recorded ones, marked as sample.

`load_sample(store, now)` makes "this week" be this week. A second start in the same week only adds what happened since;
in a new week the sample is made anew. Data of people is never touched.
"""

from bot.providers.local.sample.load import load_sample

__all__ = ["load_sample"]
