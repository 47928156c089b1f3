"""Signatures with an App's private key. Imported only where an App is set up: it needs the extra `github-app`."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.kernel.errors import Misunderstood


def rs256(key: bytes, text: bytes) -> bytes:
    """Returns the signature. `key` is PEM. Raises Misunderstood for what is no RSA private key."""
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError) as error:
        raise Misunderstood("REPLAYBOOK_GITHUB_APP_KEY names a file that holds no private key (PEM).") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise Misunderstood("REPLAYBOOK_GITHUB_APP_KEY names a file that holds no RSA key, as GitHub gives one.")
    return private.sign(text, padding.PKCS1v15(), hashes.SHA256())
