"""How far an organisation is: percent, trend, forecast, and the fewest fixes that reach a threshold."""
