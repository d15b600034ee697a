"""Charts: what they show as Vega-Lite, drawn to SVG beside the service."""
