"""The embedded provider: what people's browsers send is kept in one DuckDB file, or in ClickHouse, and in segments.

provider, open_local     the row in the registry, and what it opens
schema, sdk_events, rows what a sender says, as rows of tables
event_store_port         what is wanted of a store of events, whichever engine keeps it
clickhouse               the store in a ClickHouse server
event_store, commit      one file with one writer: what was answered “accepted” is on disk
segment_files            recordings as files, readable by another process
derive                   frustration signals of senders that only record
local_source             questions over all of it
local_notebooks, local_tickets   post-mortems and tickets, among the records
import_, sample          recordings from disk, and a week to try things with
"""
