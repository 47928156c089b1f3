"""Records in Postgres, for installations beyond one machine. Needs the extra `postgres`."""
