"""The pages about the node say what is so."""

import re
import tomllib

from meddx.config import ROOT
from meddx.network.node_config import NodeConfig
from meddx.network.pacs_config import PacsConfig
from meddx.network.storage_classes import IMAGE_CLASSES, TRANSFER_SYNTAXES


def test_the_configuration_of_the_page_about_a_hospital_can_be_read():
    text, _ = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "hospital.md").read_text(encoding="utf-8"), re.DOTALL)
    config = NodeConfig.model_validate(tomllib.loads(text))
    assert config.retry == type(config.retry)(), "the values that the page calls those of the node"
    assert set(config.rule[0].model_fields_set) == set(type(config.rule[0]).model_fields), "it shows every field"


def test_the_page_shows_every_field_of_the_configuration_of_pacs():
    _, text = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "hospital.md").read_text(encoding="utf-8"), re.DOTALL)
    config = PacsConfig.model_validate(tomllib.loads(text))
    for pacs in config.all:
        assert set(type(pacs).model_fields) - {"secret", "secret_env"} == set(pacs.model_fields_set)
        assert pacs.seconds == type(pacs).model_fields["seconds"].default, (
            "the value that the page shows is the default"
        )


def test_the_conformance_statement_lists_every_class_and_encoding():
    text = (ROOT / "docs" / "dicom-conformance.md").read_text(encoding="utf-8")
    section = text[text.index("## 3.") : text.index("## 4.")]
    listed = re.findall(r"^\| (.*) \| ([\d.]+) \|$", section, flags=re.MULTILINE)
    assert listed == [(uid.name, str(uid)) for uid in (*IMAGE_CLASSES, *TRANSFER_SYNTAXES)]
