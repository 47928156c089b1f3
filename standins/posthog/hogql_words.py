"""The part of HogQL that the stand-in knows. What isn't named here is refused, also where PostHog would know it."""

from __future__ import annotations

TABLES = frozenset({"events", "raw_session_replay_events"})
_FUNCTIONS = """
    count countIf min minIf max maxIf sum sumIf any anyIf anyLast argMin argMinIf argMax argMaxIf uniq uniqIf uniqExact
    uniqExactIf groupArray groupUniqArray
    arrayConcat arrayCount arrayDistinct arrayElement arrayExists arrayFilter arrayJoin arrayMap has empty notEmpty
    length tuple tupleElement
    plus minus intDiv least greatest abs floor round
    and or not equals in
    if multiIf coalesce ifNull nullIf isNull isNotNull assumeNotNull
    toString toFloat toInt toDateTime toUnixTimestamp64Milli now
    concat lower lowerUTF8 startsWith endsWith position like extract extractAll splitByChar substring trim
    path fragment
    JSONExtractString JSONLength
    row_number lagInFrame
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions and aggregates of HogQL by name; names of functions tell capitals from small letters."""
RENAMED = {"toFloat": "toFloat64OrNull", "toInt": "toInt64OrNull"}
"""How PostHog prints them for ClickHouse."""
_KEYWORDS = """
    SELECT DISTINCT FROM WHERE PREWHERE GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET AS AND OR NOT IN IS NULL LIKE ILIKE
    BETWEEN CASE WHEN THEN ELSE END OVER PARTITION ROWS RANGE UNBOUNDED PRECEDING FOLLOWING CURRENT ROW JOIN INNER LEFT
    ON USING UNION ALL ARRAY WITH TRUE FALSE
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_REFUSED = """
    FORMAT SETTINGS INTO INSERT DELETE UPDATE DROP CREATE ALTER SYSTEM QUALIFY FILTER GLOBAL ATTACH OUTFILE GRANT KILL
    SHOW DESCRIBE EXPLAIN USE SET TRUNCATE RENAME OPTIMIZE
"""
REFUSED = frozenset(_REFUSED.split())
"""Words of ClickHouse's SQL that HogQL's grammar doesn't have, or that change something."""
