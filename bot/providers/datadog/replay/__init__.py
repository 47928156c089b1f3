"""Recordings from Session Replay."""
