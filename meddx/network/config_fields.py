"""What the configurations of the node and of PACS are made of."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

AeTitle = Annotated[str, Field(pattern=r"^[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?$")]
"""PS3.5 6.2, AE: 1 to 16 characters of the default repertoire, no backslash, without spaces at its ends."""
Port = Annotated[int, Field(gt=0, lt=65536)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class ConfigTable(BaseModel):
    """A table of TOML, in which nothing is misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tls(ConfigTable):
    """Certificate and key of this side, and the authorities that certify its peers; PEM files (PS3.15 B.9)."""

    certificate: Path
    key: Path
    authorities: Path


class Peer(ConfigTable):
    """An application entity that takes results."""

    name: Name
    ae_title: AeTitle
    host: Annotated[str, Field(min_length=1)]
    port: Port
