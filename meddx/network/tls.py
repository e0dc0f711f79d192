"""TLS between the node and its peers, with certificates on both sides (PS3.15 B.9, BCP 195)."""

import ssl

from meddx.network.config_fields import Tls


def server_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of a server that wants its clients' certificates. Raises OSError."""
    return _loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tls)


def client_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of a client that checks whom it speaks to. Raises OSError."""
    return _loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), tls)


def _loaded(context: ssl.SSLContext, tls: Tls) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(tls.certificate, tls.key)
    context.load_verify_locations(tls.authorities)
    return context
