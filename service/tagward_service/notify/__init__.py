"""Telling people what has changed since the last scan: a webhook, a Markdown file."""
