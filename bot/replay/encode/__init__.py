"""From pictures of the page to frames, and from frames to a file."""
