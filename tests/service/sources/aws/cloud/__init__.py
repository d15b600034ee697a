"""AWS on loopback: moto's server, faults put in front of it, and stand-ins for what moto lacks."""
