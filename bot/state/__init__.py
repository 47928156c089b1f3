"""State in Redis: keys, records, effects that happen once, locks, leases, the embedded server."""
