"""Tables for other programs: CSV that a spreadsheet cannot run, and Parquet."""
