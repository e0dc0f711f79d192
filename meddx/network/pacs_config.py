"""The configuration of the PACS that studies are opened from: by DICOMweb, or by DICOM where one has no DICOMweb."""

import os
import stat
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from meddx.config import pacs_file
from meddx.errors import Refused, field_faults
from meddx.network.config_fields import AeTitle, ConfigTable, Name, Peer, Port, Tls

RULE = "pacs-config"
_SECRETS = ("secret", "secret_env", "secret_file")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_Fields = TypeVar("_Fields", bound=ConfigTable)


class DicomwebPacs(ConfigTable):
    """A PACS with DICOMweb (PS3.18).

    url: of the service, to which /studies is added. secret, or the environment variable or the file that holds it: the
    password of `user`, a bearer token without one. authorities: PEM file of who certifies the server, the well-known
    ones by default. certificate, key: PEM files of this side. seconds: to wait for an answer. takes_results: whether a
    reader may send results there.
    """

    name: Name
    url: str
    user: str = ""
    secret: str = Field(default="", repr=False)
    secret_env: str = ""
    secret_file: Path | None = None
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    takes_results: bool = False

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("give https://HOST[:PORT]/PATH, without user, password or query")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        given = [name for name in _SECRETS if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"give one of {' and '.join(given)}")
        if self.user and not given:
            raise ValueError(f"user needs a password: give one of {', '.join(_SECRETS)}")
        if given and self.url.startswith("http:") and not _is_this_computer(self.url):
            raise ValueError("a secret would travel in the clear: give an url that begins with https://")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together")
        return self

    def read_secret(self) -> str:
        """Return the password or token, "" where none is configured. Raises Refused, without it."""
        secret = self.secret
        if self.secret_env:
            secret = os.environ.get(self.secret_env, "")
        elif self.secret_file is not None:
            try:
                secret = self.secret_file.read_text(encoding="utf-8").strip()
            except (OSError, ValueError):
                secret = ""
        if not secret and (self.secret_env or self.secret_file):
            place = f"the variable {self.secret_env}" if self.secret_env else f"the file {self.secret_file}"
            raise Refused(RULE, f"PACS {self.name} needs a password or token: {place} holds none that can be read.")
        return secret


class DicomPacs(Peer):
    """A PACS that is asked by C-FIND and C-GET (PS3.4 C). seconds, takes_results: as for DICOMweb.

    move_port: of this server, to which it delivers what is asked for by C-MOVE, where it has no C-GET.
    """

    seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    takes_results: bool = False
    move_port: Port | None = None


Pacs = DicomwebPacs | DicomPacs


class PacsConfig(ConfigTable):
    """The whole configuration.

    ae_title, tls: of this side, for those in `dicom`. max_images: most images of one study that are taken.
    """

    ae_title: AeTitle = "MEDDX"
    tls: Tls | None = None
    max_images: Annotated[int, Field(gt=0)] = 2000
    dicomweb: tuple[DicomwebPacs, ...] = ()
    dicom: tuple[DicomPacs, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [pacs.name for pacs in self.all]
        if not names:
            raise ValueError("no PACS is named: add [[dicomweb]] or [[dicom]]")
        if len(set(names)) < len(names):
            raise ValueError("two PACS have the same name")
        return self

    @property
    def all(self) -> tuple[Pacs, ...]:
        """Return every PACS, in the order of the file."""
        return (*self.dicomweb, *self.dicom)

    def named(self, name: str) -> Pacs:
        """Return the PACS of a name. Raises Refused."""
        for pacs in self.all:
            if pacs.name == name:
                return pacs
        raise Refused("no-pacs", f"No PACS is called {name:.40}: choose {', '.join(pacs.name for pacs in self.all)}.")


def configured_pacs() -> PacsConfig | None:
    """Return the configuration that MEDDX_PACS names, None where it names none. Raises Refused."""
    path = pacs_file()
    return None if path is None else read_pacs_config(path)


def read_pacs_config(path: Path) -> PacsConfig:
    """Return the configuration in the TOML file at `path`; relative paths in it start at its folder.

    Raises Refused, which names every field at fault and the rule, and no value, which might be a password.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        readable_by_others = bool(path.stat().st_mode & _OTHERS)
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")")
        raise Refused(RULE, f"{path} is no TOML ({where}): correct it.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(RULE, f"{path} cannot be read ({type(error).__name__}): correct MEDDX_PACS.") from error
    try:
        config = PacsConfig.model_validate(content)
    except ValidationError as error:
        faults = field_faults(error, values=False)
        raise Refused(RULE, f"{path} is no configuration of PACS: {faults}.") from None
    if readable_by_others and any(pacs.secret for pacs in config.dicomweb):
        raise Refused(
            RULE, f"{path} holds a secret and others may read it: chmod 600 it, or use secret_env or secret_file."
        )
    return _with_paths_from(config, path.resolve().parent)


def _with_paths_from(config: PacsConfig, folder: Path) -> PacsConfig:
    """Return the configuration with its relative paths made absolute."""
    dicomweb = tuple(_absolute(pacs, folder) for pacs in config.dicomweb)
    tls = None if config.tls is None else _absolute(config.tls, folder)
    return config.model_copy(update={"dicomweb": dicomweb, "tls": tls})


def _absolute(table: _Fields, folder: Path) -> _Fields:
    paths = {name: folder / value for name, value in table if isinstance(value, Path)}
    return table.model_copy(update=paths)


def _is_this_computer(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
