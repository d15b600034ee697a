"""Measurements of tagward against floors and peers, always as ratios within one run."""
