"""Figures as ratios against a baseline or a floor measured in the same run. `python -m bench --help`."""
