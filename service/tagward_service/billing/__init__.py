"""Bills: FOCUS files in, coverage by cost out."""
