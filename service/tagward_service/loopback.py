"""Which addresses are this machine's own, and nobody else's."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, for nobody but itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
