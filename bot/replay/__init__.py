"""The moment: turns a recording into a clip."""
