"""Films in an object store or another file system that fsspec reads; each is fetched when it is asked for, in memory.

Credentials and the address of the store are what fsspec and the store's own library take from environment and files,
such as AWS_ACCESS_KEY_ID, ~/.aws/credentials and AWS_ENDPOINT_URL of s3fs.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from meddx.errors import MeddxError, Refused
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE
from meddx.optional_packages import require_installed

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

STORE_SCHEMES = ("s3", "gs", "az", "abfs", "sftp", "file")
_PACKAGES = "store-packages"
_STATES = ("size", "ETag", "etag", "md5Hash", "mtime")
"""What tells that an object was replaced, by the names that stores give it; some of them."""
for _name in ("fsspec", "s3fs", "botocore", "aiobotocore", "gcsfs", "adlfs", "paramiko"):  # they repeat addresses
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class StoredObject:
    """An object by its URL."""

    url: str

    @property
    def stem(self) -> str:
        """Return its name without folders and extension."""
        return PurePosixPath(self.url).stem

    def read(self) -> bytes:
        """Return its content. Raises Refused where there is no such object, MeddxError where the store does not say."""
        with _opened(self.url) as (store, path):
            return bytes(store.cat_file(path))

    def state(self) -> str:
        """Return what changes when the object is replaced. Raises as `read`."""
        with _opened(self.url) as (store, path):
            known = store.info(path)
            return " ".join(str(known[name]).strip('"') for name in _STATES if known.get(name) is not None)


def objects_below(url: str) -> dict[str, StoredObject]:
    """Return the objects below a URL by what follows it, sorted, without hidden ones and those that mark a folder."""
    with _opened(url) as (store, top):
        store.invalidate_cache()  # StoredObject.state takes from the listing what it says
        names = [str(path).removeprefix(top).lstrip("/") for path in store.find(top)]
    files = [name for name in names if name and not name.endswith("/")]
    shown = sorted(name for name in files if not any(part.startswith(".") for part in PurePosixPath(name).parts))
    return {name: StoredObject(f"{url.rstrip('/')}/{name}") for name in shown}


@contextmanager
def _opened(url: str) -> "Iterator[tuple[AbstractFileSystem, str]]":
    """Yield the file system of a URL, which fsspec keeps for the next, and the path in it; turn errors to sentences."""
    require_installed(_PACKAGES, {"fsspec": "fsspec"}, "Films in a store take", "requirements-stores.txt")
    import fsspec

    place = "/".join(url.split("/")[:3])
    scheme, mark, rest = url.partition("://")
    try:
        store, path = fsspec.url_to_fs(scheme.lower() + mark + rest)
        yield store, str(path)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Refused(
            UNREADABLE_FILE, f"There is no such object in {place}, or {place} is not there; correct the URL."
        ) from error
    except PermissionError as error:
        raise MeddxError(
            f"{place} does not let this machine read: give it credentials that may list and read there, then go on "
            "(with --keep after what is done)."
        ) from error
    except ImportError as error:
        raise Refused(
            _PACKAGES, f"Films at {place} take the package of fsspec for such stores: install it on every machine."
        ) from error
    except MeddxError:
        raise
    except Exception as error:  # whatever the store's library raises
        raise MeddxError(
            f"{place} did not give what was asked for ({type(error).__name__}): see that its address is right, that "
            "it runs and that this machine has credentials for it, then go on (with --keep after what is done)."
        ) from error
