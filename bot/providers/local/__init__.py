"""The embedded source: what people's browsers send us, kept in one DuckDB file and a folder of segments.

schema, rum, rows    what a sender says, as rows of tables
store, commit        one file with one writer; what was answered "accepted" is on disk
segments             recordings as files, readable by another process
derive               frustration signals of senders that only record
source, answering    questions over all of it
import_, sample      recordings from disk, and a week to try things with
"""
