"""A stand-in for a ClickHouse server: the real engine (chdb-core) behind ClickHouse's HTTP interface, for tests.

The engine has one folder in a process and one process on a folder, so the stand-in is a process of its own:
`python -m standins.clickhouse FOLDER [PORT]` prints its port when it answers. Tests share it, each in a database of
its own. It needs the development dependency chdb-core.

chdb_engine        statements and inserts, each on a handle of its own
clickhouse_http    requests and answers as the server's, packed and unpacked
clickhouse_faults  what tests bring about: connections that drop before or after the work, errors, other versions

What it doesn't show: replication, inserts that wait to be put together (`async_insert`; each runs at once), errors in
the middle of an answer, and a machine that dies instead of a process.
"""
