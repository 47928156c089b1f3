"""The second engine of the embedded provider's events: a ClickHouse server, shared by as many bots as wanted.

clickhouse_client   statements, inserts, and what their errors mean to people
clickhouse_tables   the tables, in the order of our questions
"""
