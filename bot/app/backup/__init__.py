"""Backup and restore: everything that people's work depends on, in one file. See docs/backup.md."""
