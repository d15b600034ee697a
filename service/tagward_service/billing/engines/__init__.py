"""Engines that hold bills in tables: DuckDB files, Spark, Trino, Athena, BigQuery, Snowflake."""
