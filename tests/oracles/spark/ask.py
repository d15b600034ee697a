"""Apache Spark, asked in lines of JSON: files, views and a query in, rows out; apart from the tests."""

import datetime
import decimal
import json
import sys
from typing import Any

from pyspark.sql import SparkSession  # type: ignore[import-not-found]  # lives in an environment of its own

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
}


def main() -> None:
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    for line in sys.stdin:
        print(json.dumps(answer(spark, json.loads(line))), flush=True)


def answer(spark: Any, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        for name, file in asked["files"].items():
            spark.read.parquet(file).createOrReplaceTempView(name)
        for name, query in asked["views"].items():
            spark.sql(query).createOrReplaceTempView(name)
        found = spark.sql(asked["query"])
        rows = [[plain(value) for value in row] for row in found.collect()]
    except Exception as error:
        return {"error": str(error), "columns": [], "rows": []}
    return {"error": "", "columns": found.columns, "rows": rows}


def plain(value: Any) -> Any:
    """Tell a decimal with all its digits, and a time, as text."""
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime.datetime | datetime.date) else value


main()
