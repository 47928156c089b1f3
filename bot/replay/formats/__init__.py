"""One file for each way in which recordings are written down; all give rrweb events."""
