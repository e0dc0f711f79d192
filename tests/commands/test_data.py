import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from meddx import cli
from meddx.commands import data
from meddx.evaluate.sets.public_sets import PUBLIC_SETS, Checksum, public_set
from tests.evaluate.sets.loopback import Source, serving


def test_the_list_names_every_set_with_licence_and_source(tmp_path, capsys):
    assert cli.main(["data", "list", "--to", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for one in PUBLIC_SETS:
        assert f"{one.name}: " in said
        assert one.url in said
        assert one.licence in said
    assert "no published checksum" in said


def test_the_list_as_json_says_what_is_here(tmp_path, capsys):
    (tmp_path / "medmnist").mkdir()
    (tmp_path / "medmnist" / "bloodmnist.npz").write_bytes(b"")
    assert cli.main(["data", "list", "--to", str(tmp_path), "--json"]) == 0
    present = {one["name"]: one["present"] for one in json.loads(capsys.readouterr().out)}
    assert present == {one.name: one.name == "bloodmnist" for one in PUBLIC_SETS}


def served(monkeypatch, name, source):
    """The set's official source, moved to loopback."""
    checksum = Checksum("sha256", hashlib.sha256(source.content).hexdigest(), "the test")
    moved = replace(public_set(name), url=source.url, checksum=checksum)
    monkeypatch.setattr(data, "public_set", lambda wanted: moved)


def test_get_shows_the_licence_before_it_fetches(tmp_path, capsys, monkeypatch):
    with serving(Source(b"pixels" * 1000)) as source:
        served(monkeypatch, "bloodmnist", source)
        assert cli.main(["data", "get", "bloodmnist", "--to", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "CC BY 4.0" in err
    document = json.loads(out)
    assert (document["name"], document["present"]) == ("bloodmnist", True)
    assert (tmp_path / "medmnist" / "bloodmnist.npz").read_bytes() == source.content


def test_get_unpacks_an_archive_once(tmp_path, capsys, monkeypatch):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("chest_xray/train/NORMAL/IM-0001.jpeg", b"image")
    with serving(Source(content.getvalue())) as source:
        served(monkeypatch, "chest_xray", source)
        for _ in range(2):
            assert cli.main(["data", "get", "chest_xray", "--to", str(tmp_path)]) == 0
        assert source.asked == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["chest_xray"]
    assert (tmp_path / "chest_xray/train/NORMAL/IM-0001.jpeg").read_bytes() == b"image"
    assert f"MEDDX_DATA={tmp_path}" in capsys.readouterr().out


def test_without_a_network_it_says_so_in_a_sentence(tmp_path, capsys, monkeypatch):
    with serving(Source(b"")) as stopped:
        pass
    served(monkeypatch, "bloodmnist", stopped)
    assert cli.main(["data", "get", "bloodmnist", "--to", str(tmp_path)]) == 2
    err = capsys.readouterr().err.strip().splitlines()
    assert err[-1].startswith("meddx data: 127.0.0.1 cannot be reached")


def test_an_unknown_name_is_a_wrong_command(capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["data", "get", "imagenet"])
    assert exit_.value.code == 2
