"""The SQL that counts a dump of the Hub's models (see ``dumps``), and the columns that a dump has to have.

Every text here is put together of constants, and of names of columns that a file itself has, quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.demand.census import LONGEST_NAME, MEASURES
from archtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .dump_files import DumpFile, Kind

__all__ = [
    "BEST",
    "BEYOND_BELIEF",
    "CONFIGS",
    "IDS",
    "KEYS",
    "NAMES",
    "ONCE",
    "ROWS",
    "TOTALS",
    "lines",
    "missing",
    "parquet",
]

BEYOND_BELIEF = 10**13  # downloads of one model: a thousand for everybody on earth
IDS = ("id", "modelId", "model_id")
CONFIGS = ("config", "architectures")
_COLUMNS = (*IDS, *MEASURES, *CONFIGS)
_SHOWN = 30  # names of columns in a message

# An id, the two counts as they stand, and what is said of architectures (JSON: a list of texts, or one text).
_LINES = """
SELECT coalesce(CASE json_type(id) WHEN 'VARCHAR' THEN id ->> '$' END,
                CASE json_type("modelId") WHEN 'VARCHAR' THEN "modelId" ->> '$' END,
                CASE json_type(model_id) WHEN 'VARCHAR' THEN model_id ->> '$' END) AS id,
       downloads ->> '$' AS downloads,
       "downloadsAllTime" ->> '$' AS all_time,
       coalesce(nullif(architectures, CAST('[]' AS JSON)), json_extract(
           CASE json_type(config)
               WHEN 'VARCHAR' THEN CASE WHEN json_valid(config ->> '$') THEN CAST(config ->> '$' AS JSON) END
               ELSE config END, '$.architectures')) AS said,
       config IS NOT NULL OR architectures IS NOT NULL AS configured
FROM read_ndjson($paths, columns = {columns}, ignore_errors = true, compression = '{kind}',
                 hive_partitioning = false, filename = false)
"""
_PARQUET = """
SELECT {id} AS id, {downloads} AS downloads, {all_time} AS all_time, {said} AS said, {configured} AS configured
FROM read_parquet($paths, union_by_name = true, hive_partitioning = false, filename = false,
                  binary_as_string = true)
"""
# The texts of a JSON list, each once.
_LISTED = """list_distinct(list_transform(
                   list_filter(json_extract({said}, '$[*]'), lambda each: json_type(each) = 'VARCHAR'),
                   lambda each: each ->> '$'))"""
# A list may itself be given as a text.
ROWS = """
INSERT INTO row
SELECT id,
       try_cast(downloads AS DOUBLE) AS downloads,
       try_cast(all_time AS DOUBLE) AS all_time,
       list_filter(names, lambda each: length(each) BETWEEN 1 AND {longest}) AS names,
       len(list_filter(names, lambda each: length(each) > {longest})) > 0 AS overlong,
       configured
FROM (
    SELECT id, downloads, all_time, configured,
           CASE json_type(said)
               WHEN 'ARRAY' THEN [LISTED said]
               WHEN 'VARCHAR' THEN CASE
                   WHEN said ->> '$' LIKE '[%' AND json_valid(said ->> '$')
                   THEN [LISTED parsed]
                   ELSE [said ->> '$'] END
               ELSE [] END AS names
    FROM ({source})
)
""".replace("[LISTED said]", _LISTED.replace("{said}", "said")).replace(
    "[LISTED parsed]", _LISTED.replace("{said}", "CAST(said ->> '$' AS JSON)")
)
# What cannot be counts as 0, also where a model has another row.
ONCE = """
CREATE TABLE model AS
SELECT id, given, believed AS downloads, names, overlong
FROM (
    SELECT id, {measure} AS given, names, overlong,
           CASE WHEN {measure} BETWEEN 0 AND {most} THEN CAST(floor({measure}) AS BIGINT) ELSE 0 END AS believed
    FROM row WHERE trim(id) <> ''
)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY believed DESC, given NULLS LAST, names DESC) = 1
"""
TOTALS = """
SELECT count(*), coalesce(sum(downloads), 0),
       count(*) FILTER (len(names) = 0), coalesce(sum(downloads) FILTER (len(names) = 0), 0),
       count(*) FILTER (given IS NULL), count(*) FILTER (NOT given BETWEEN 0 AND {most}), count(*) FILTER (overlong)
FROM model
"""
# Only numbers in the groups: their number may be beyond reason, and texts in them would not go to disk.
NAMES = """
CREATE TABLE name AS
SELECT name, count(*) AS models, sum(downloads) AS downloads, max(downloads) AS most
FROM (SELECT downloads, unnest(names) AS name FROM model) GROUP BY name
"""
BEST = """
SELECT name, any_value(best.models), any_value(best.downloads), min(id), any_value(most)
FROM (SELECT * FROM name ORDER BY downloads DESC, name LIMIT {names}) AS best
JOIN (SELECT id, downloads AS own, unnest(names) AS name FROM model) AS each USING (name)
WHERE own = most GROUP BY name ORDER BY any_value(best.downloads) DESC, name
"""


KEYS = """
SELECT DISTINCT unnest(json_keys(json))
FROM (SELECT json FROM read_ndjson_objects($paths, ignore_errors = true, compression = '{kind}') LIMIT 1000)
WHERE json_type(json) = 'OBJECT' ORDER BY ALL
"""


def missing(names: tuple[str, ...], there: Iterable[str], files: Sequence[DumpFile]) -> UsageError:
    """The error for a dump in which no row says anything under one of these names; it tells those that there are."""
    keys = [each[:LONGEST_NAME] for each in there]
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    what = f"its columns: {', '.join(keys[:_SHOWN])}{more}" if keys else "no row is a JSON object"
    place = files[0].path.name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    return UsageError(f"{place}: no row says anything under {' or '.join(names)}; {what}")


def lines(kind: Kind) -> str:
    """The rows of files of JSON lines."""
    columns = "{" + ", ".join(f"'{name}': 'JSON'" for name in _COLUMNS) + "}"
    return _LINES.replace("{columns}", columns).replace("{kind}", kind.value)


def parquet(columns: dict[str, Any], files: Sequence[DumpFile]) -> str:
    """The rows of a Parquet file, by the columns that it has."""
    there = {name.lower(): (name, kind) for name, kind in columns.items() if not _is_mute(name, kind)}
    for names in (IDS, tuple(MEASURES), CONFIGS):
        if not any(name.lower() in there for name in names):
            raise missing(names, columns, files)
    ids = [f"CAST({_quoted(there[name.lower()][0])} AS VARCHAR)" for name in IDS if name.lower() in there]
    said = [
        f"nullif({_said(*there[name])}, CAST('[]' AS JSON))" for name in reversed(CONFIGS) if name in there
    ]
    given = [f"{_quoted(there[name][0])} IS NOT NULL" for name in CONFIGS if name in there]
    counts = {
        name: f"CAST({_quoted(there[name.lower()][0])} AS VARCHAR)" if name.lower() in there else "NULL"
        for name in MEASURES
    }
    return _PARQUET.format(
        id=f"coalesce({', '.join(ids)})",
        downloads=counts["downloads"],
        all_time=counts["downloadsAllTime"],
        said=f"coalesce({', '.join(said)})",
        configured=" OR ".join(given),
    )


def _is_mute(name: str, kind: Any) -> bool:
    """Whether a column is a config without a field for architectures."""
    return (
        name.lower() == "config"
        and kind.id == "struct"
        and not any(field.lower() == "architectures" for field, _ in kind.children)
    )


def _said(name: str, kind: Any) -> str:
    """SQL for what a column says of architectures, as JSON."""
    column, whole = _quoted(name), name.lower() == "architectures"
    if kind.id == "struct" and not whole:
        fields = {field.lower(): field for field, _ in kind.children}
        return f"to_json({column}.{_quoted(fields['architectures'])})"
    if str(kind) in {"VARCHAR", "JSON", "BLOB"}:
        text = f"CAST({column} AS VARCHAR)"
        parsed = f"CASE WHEN json_valid({text}) THEN CAST({text} AS JSON) END"
        if not whole:
            return f"json_extract({parsed}, '$.architectures')"
        return f"to_json({text})"
    return f"to_json({column})" if whole else f"json_extract(to_json({column}), '$.architectures')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
