"""The configuration of the DICOM node: who may send, which model reads which films, where results go."""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from meddx.config import node_file
from meddx.errors import Refused, field_faults
from meddx.explain.map_record import RECOMMENDED
from meddx.explain.methods import METHODS
from meddx.network.config_fields import AeTitle, ConfigTable, Name, Peer, Port, Tls
from meddx.network.film_attributes import FilmAttributes


def _known_method(name: str) -> str:
    if name not in (RECOMMENDED, *METHODS):
        raise ValueError(f"must be one of {RECOMMENDED}, {', '.join(METHODS)}")
    return name


class Allowed(ConfigTable):
    """An application entity that may send. address: its IP address, "" for any."""

    ae_title: AeTitle
    address: str = ""


class NodeRule(ConfigTable):
    """Which films one model reads, and where its results go.

    modality, body_part, view, procedure, station: patterns in the manner of a shell ("CHEST*"), without regard to case;
    a film fits where each list that is given holds a pattern of its value. An empty list fits any film.
    critical: labels of the model whose probability says how urgent a study is in the worklist. most_frames: of a film;
    one of more is refused. opinions: whether what readers say of the results is sent
    too, where records are on. send_to: names of peers; none: results stay in the folder of the node.
    """

    name: Name
    model: Annotated[str, Field(min_length=1)]
    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    station: tuple[str, ...] = ()
    method: Annotated[str, AfterValidator(_known_method)] = RECOMMENDED
    critical: tuple[str, ...] = ()
    most_frames: Annotated[int, Field(gt=0)] = 100
    area: bool = False
    report: bool = False
    opinions: bool = False
    send_to: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _opinions_have_a_place(self) -> Self:
        if self.opinions and not self.send_to:
            raise ValueError("opinions go to where the results go: name peers in send_to")
        return self

    def fits(self, film: FilmAttributes) -> bool:
        """Return whether the rule is for a film."""
        stated = (
            (self.modality, (film.modality,)),
            (self.body_part, (film.body_part,)),
            (self.view, (film.view,)),
            (self.procedure, film.procedures),
            (self.station, (film.station,)),
        )
        return all(not patterns or _any_fits(patterns, values) for patterns, values in stated)


class Retry(ConfigTable):
    """Pauses after a failure: the first, doubled each time up to the longest; attempts until a person is needed.

    attempts_in_line: so many attempts of what fails by itself, engine and peer being there, are waited for by what
    came later.
    """

    first_seconds: Annotated[float, Field(gt=0)] = 30.0
    longest_seconds: Annotated[float, Field(gt=0)] = 600.0
    attempts: Annotated[int, Field(gt=0)] = 12
    attempts_in_line: Annotated[int, Field(gt=0)] = 3

    def pause(self, attempts: int) -> float:
        """Return the seconds to wait after so many attempts."""
        return min(self.first_seconds * 2.0 ** min(attempts - 1, 30), self.longest_seconds)


class NodeConfig(ConfigTable):
    """The whole configuration.

    quiet_seconds: a study is complete when nothing of it has come for so long. keep_days: after which films and results
    that need nothing any more are removed from the folder.
    """

    ae_title: AeTitle
    folder: Path
    host: str = "127.0.0.1"
    port: Port = 11112
    quiet_seconds: Annotated[float, Field(ge=0)] = 30.0
    keep_days: Annotated[float, Field(ge=0)] = 7.0
    tls: Tls | None = None
    retry: Retry = Retry()
    allowed: Annotated[tuple[Allowed, ...], Field(min_length=1)]
    peer: tuple[Peer, ...] = ()
    rule: tuple[NodeRule, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for kind, names in (("peer", [one.name for one in self.peer]), ("rule", [one.name for one in self.rule])):
            if len(set(names)) < len(names):
                raise ValueError(f"two of {kind} have the same name")
        unknown = {name for rule in self.rule for name in rule.send_to} - {peer.name for peer in self.peer}
        if unknown:
            raise ValueError(f"send_to names no peer: {', '.join(sorted(unknown))}")
        return self

    def rule_named(self, name: str) -> NodeRule | None:
        """Return the rule of a name, None where it is not configured."""
        return next((rule for rule in self.rule if rule.name == name), None)

    def peer_named(self, name: str) -> Peer | None:
        """Return the peer of a name, None where it is not configured."""
        return next((peer for peer in self.peer if peer.name == name), None)


def configured_node() -> NodeConfig | None:
    """Return the configuration that MEDDX_NODE names, None where it names none. Raises Refused."""
    path = node_file()
    return None if path is None else read_node_config(path)


def read_node_config(path: Path) -> NodeConfig:
    """Return the configuration in the TOML file at `path`; relative paths in it start at its folder.

    Raises Refused, which names every field at fault, its value and the rule.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused("node-config", f"{path} cannot be read as TOML ({error}): correct it.") from error
    try:
        config = NodeConfig.model_validate(content)
    except ValidationError as error:
        raise Refused("node-config", f"{path} is no configuration of a node: {field_faults(error)}.") from error
    beside = path.resolve().parent
    tls = config.tls
    if tls is not None:
        tls = Tls(certificate=beside / tls.certificate, key=beside / tls.key, authorities=beside / tls.authorities)
    return config.model_copy(update={"folder": beside / config.folder, "tls": tls})


def _any_fits(patterns: tuple[str, ...], values: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value.casefold(), pattern.casefold()) for pattern in patterns for value in values)
