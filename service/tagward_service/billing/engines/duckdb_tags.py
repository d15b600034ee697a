"""DuckDB as it reads tags in files: a table that it holds is read in the same way."""

from msgspec.structs import replace

from tagward_generators.sql.dialects import DUCKDB
from tagward_service.billing.tag_maps import tag_map

AS_FILES = replace(
    DUCKDB,
    reads_bare=True,
    decode={
        "map": lambda column: tag_map(column, "MAP(VARCHAR, VARCHAR)"),
        "json": lambda column: tag_map(column, "VARCHAR"),
        "parsed": lambda column: tag_map(column, "JSON"),
        "struct": lambda column: tag_map(column, "STRUCT()"),
    },
)
