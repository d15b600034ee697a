"""How the catalogue's data files are made from pinned, public packages."""
