"""Jira, Cloud and Data Center: issues as tickets."""
