"""What must not be seen in a clip, taken out of a recording before a browser gets it."""
