"""The policy as a query over bills: one expression, whichever engine holds the lines."""
