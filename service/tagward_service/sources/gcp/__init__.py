"""The inventory of Google Cloud: projects and what is in them, by the SDKs of Google."""
