"""The second engine of the embedded provider's events: a ClickHouse server, shared by as many bots as wanted.

clickhouse_client       statements, inserts, and what their errors mean to people
clickhouse_tables       the tables, in the order of our questions; clusters
clickhouse_migrations   versions of the tables
clickhouse_store        the store, as `EventStorePort` has it
clickhouse_rows, clickhouse_writer       batches as columns; their inserts, which may be repeated
clickhouse_actions, clickhouse_derived   the newest state of an action; what is found in recordings
clickhouse_notes, clickhouse_retention   what is noted about the store; what is deleted
copy_events, clickhouse_doctor           from a file to ClickHouse; what `doctor` checks
"""
