"""Name films by URL: objects of a store (s3://bucket/name) and instances of a PACS (dicomweb://NAME/studies/UID/...).

A URL holds no credentials: each machine that reads takes its own from its environment or files.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from meddx.errors import Refused
from meddx.evaluate.sets.remote_set import RemoteFile, Store
from meddx.network import object_store

DICOMWEB = "dicomweb"
_RULE = "film-url"


def remote_file(url: str) -> RemoteFile:
    """Return the film of a URL, without asking for it. Raises Refused for a URL of no kind that is read."""
    if _scheme(url) == DICOMWEB:
        from meddx.network import dicomweb_films

        return dicomweb_films.instance_at(url)
    return object_store.StoredObject(url)


def remote_files(url: str) -> Mapping[str, RemoteFile]:
    """Return the films below a URL by what follows it, in order, without hidden ones; none where it names one itself.

    Raises Refused; MeddxError where the store does not answer.
    """
    if _scheme(url) == DICOMWEB:
        from meddx.network import dicomweb_films

        return dicomweb_films.instances_below(url)
    return object_store.objects_below(url)


SOURCES = Store(remote_file, remote_files)


def _scheme(url: str) -> str:
    """Return the scheme of a URL. Raises Refused where it is none that is read, or the URL holds what it must not."""
    scheme = url.partition("://")[0].lower()
    if scheme not in (DICOMWEB, *object_store.STORE_SCHEMES):
        known = ", ".join(f"{one}://" for one in (*object_store.STORE_SCHEMES, DICOMWEB))
        raise Refused(_RULE, f"Films are not read from {scheme:.20}://; give a URL that begins with one of {known}.")
    try:
        parts = urlsplit(url)
        holds_secret = parts.password is not None or bool(parts.query)
    except ValueError:
        holds_secret = True
    if holds_secret:
        raise Refused(
            _RULE, "A URL of films holds a password or a query: leave it out, and give credentials in the environment."
        )
    if not parts.netloc and scheme != "file":
        raise Refused(_RULE, f"A URL of films names no bucket, host or PACS: write it after {scheme}://.")
    return scheme
