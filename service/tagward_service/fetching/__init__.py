"""Fetching what policies take from elsewhere, and locking it. Nothing but `tagward lock` does."""
