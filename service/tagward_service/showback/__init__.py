"""Showback: what each team, project, workload type and environment cost, shared costs split by rule."""
