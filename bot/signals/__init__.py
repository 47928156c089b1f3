"""The number: turns a question into an answer."""
