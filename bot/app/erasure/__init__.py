"""Removes a person from everything that Replaybook keeps."""
