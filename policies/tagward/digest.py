"""SHA-256 without OpenSSL: importing `hashlib` would load it, which every start would feel."""

try:
    from _sha2 import sha256 as _sha256  # CPython 3.12 and newer
except ImportError:
    try:
        from _sha256 import sha256 as _sha256  # CPython 3.11
    except ImportError:
        from hashlib import sha256 as _sha256


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return str(_sha256(content).hexdigest())
