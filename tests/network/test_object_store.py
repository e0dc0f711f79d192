"""Films of a store that speaks as S3 does, moto's server, read by s3fs: as commands read them, and what goes wrong."""

import json
import os
import subprocess
import sys

import pytest

from meddx import cli
from meddx.config import ROOT
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE
from meddx.network.film_sources import remote_file, remote_files
from tests.engine.labelled import class_folders
from tests.network.peers import free_port
from tests.network.s3_store import s3_store
from tests.network.test_film_sources import evaluated

for _package in ("s3fs", "moto", "boto3"):
    pytest.importorskip(_package, reason=f"{_package} is not installed (docs/cluster.md, Where films come from)")

EACH = 8
"""Films of each of three classes; there is a broken one more."""
KEPT, AT_A_TIME = 16, 4
"""Answers that are kept together, and films that a command reads at once."""
FOLDER = "s3://films/set"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A set on disk, and beside it the table that names its films."""
    folder = class_folders(tmp_path_factory.mktemp("films") / "set", EACH)
    names = sorted(path.relative_to(folder) for path in folder.rglob("0*"))
    rows = [f"set/{name},{name.parent}" for name in names]
    (folder.parent / "labels.csv").write_text("\n".join(["image,label", *rows]))
    return folder


@pytest.fixture(scope="module")
def objects(folder):
    """The set as objects by their keys, with those of no bytes by which consoles show folders."""
    paths = [path for path in folder.parent.rglob("*") if path.is_file()]
    shown = dict.fromkeys(["set/", "set/NODULE/", "set/EMPTY/"], b"")
    return shown | {str(path.relative_to(folder.parent)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def store(objects):
    """A store that runs for all tests."""
    with s3_store(objects) as store:
        yield store


@pytest.fixture(autouse=True)
def _environment(untrained_models, store, monkeypatch):
    """Of this machine's settings of stores none is left."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    uses(monkeypatch, store)


def uses(monkeypatch, store):
    """Have this process ask a store, as one that has asked no other."""
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)


def predicted(capsys, *arguments):
    """The exit code and the answers of `meddx predict`, and the names of films below their folder or URL."""
    capsys.readouterr()
    code = cli.main(["predict", *map(str, arguments), "--model", "untrained", "--json"])
    answers = json.loads(capsys.readouterr().out)
    return code, [one.pop("source").partition("/set/")[2] for one in answers], answers


def test_films_are_answered_as_the_same_files(folder, tmp_path, capsys):
    here = predicted(capsys, folder, "--keep", tmp_path / "here")
    assert (here[0], len(here[1])) == (1, 3 * EACH + 1)
    assert predicted(capsys, FOLDER, "--keep", tmp_path / "there") == here
    assert predicted(capsys, f"{FOLDER}/", "--keep", tmp_path / "there") == here


def test_a_film_that_is_not_there_is_refused_in_its_place(tmp_path, capsys):
    names = ["NORMAL/000", "NORMAL/absent", "NODULE/002"]
    (tmp_path / "films.txt").write_text("\n".join(f"{FOLDER}/{name}" for name in names))
    code, sources, answers = predicted(capsys, "--list", tmp_path / "films.txt")
    assert (code, sources) == (1, names)
    assert [one["refused"] and one["refused"]["rule"] for one in answers] == [None, UNREADABLE_FILE, None]
    assert predicted(capsys, f"{FOLDER}/EMPTY/")[2][0]["refused"]["rule"] == UNREADABLE_FILE


@pytest.mark.parametrize("data", ["labels.csv", "set"])
def test_a_set_gives_the_numbers_of_the_same_set_on_disk(folder, tmp_path, data):
    here = evaluated(tmp_path, folder.parent / data)
    assert here[0] == (data == "set"), "one file is no image"
    assert evaluated(tmp_path, f"s3://films/{data}") == here
    assert evaluated(tmp_path, f"s3://films/{data}", "--keep", str(tmp_path / "kept")) == here


def test_what_was_replaced_is_known_even_where_it_was_listed_before(store):
    store.put("replaced/film.dcm", b"one")
    before = remote_files("s3://films/replaced")["film.dcm"].state()
    store.put("replaced/film.dcm", b"two")
    assert remote_files("s3://films/replaced")["film.dcm"].state() != before
    assert remote_file("s3://films/replaced/film.dcm").read() == b"two"


def test_after_a_store_was_gone_the_same_command_goes_on(folder, objects, tmp_path, monkeypatch, capsys):
    kept, port = tmp_path / "kept", free_port()
    asked = [FOLDER, "--keep", kept]
    with s3_store(objects, port=port, ends_at=KEPT + AT_A_TIME + 1) as first:
        uses(monkeypatch, first)
        assert cli.main(["predict", *map(str, asked), "--model", "untrained", "--json"]) == 2
        assert first.process.wait() == 1
    said = capsys.readouterr()
    assert "s3://films did not give what was asked for" in said.err
    assert said.out == ""
    pieces = (kept / "answers.jsonl").read_bytes()
    assert pieces.count(b"\n") == 1
    left = 3 * EACH + 1 - KEPT
    with s3_store(objects, port=port, ends_at=left + 1) as second:
        uses(monkeypatch, second)
        assert predicted(capsys, *asked) == predicted(capsys, folder, "--keep", tmp_path / "here")
        assert second.process.poll() is None, "only those that are missing are fetched"
    assert (kept / "answers.jsonl").read_bytes().startswith(pieces)


WRONG = {
    "another secret": (FOLDER, {"AWS_SECRET_ACCESS_KEY": "open-sesame"}, "does not let this machine read"),
    "a key that is unknown": (FOLDER, {"AWS_ACCESS_KEY_ID": "open-sesame"}, "does not let this machine read"),
    "a bucket of others": ("s3://others/set", {}, "s3://others does not let this machine read"),
    "a bucket that is not there": ("s3://absent/set", {}, "s3://absent is not there"),
    "a bucket of no such name": ("s3://No_Bucket!/set", {}, "see that its address is right"),
    "no credentials": (FOLDER, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "credentials"),
    "a profile that is not there": (FOLDER, {"AWS_PROFILE": "open-sesame"}, "credentials"),
    "an address without http": (FOLDER, {"AWS_ENDPOINT_URL": "open-sesame.example"}, "see that its address is right"),
    "nobody at the address": (FOLDER, {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}, "that it runs"),
}
"""What is wrong -> the URL, what differs in the environment, and what the sentence says."""


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("command", [["predict"], ["evaluate", "--data"]], ids=" ".join)
def test_what_goes_wrong_ends_the_command_with_one_sentence(store, monkeypatch, capsys, command, wrong):
    url, environment, sentence = WRONG[wrong]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cli.main([*command, url, "--model", "untrained"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith(f"meddx {command[0]}: ")
    assert line.endswith(".")
    assert sentence in line
    for secret in ("sesame", store.key, store.secret, store.url):
        assert secret not in line


def test_as_a_process_it_says_nothing_more(monkeypatch):
    command = [sys.executable, "-m", "meddx", "predict", f"{FOLDER}/NORMAL/000", "--model", "untrained", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert [one["source"] for one in json.loads(done.stdout)] == [command[4]]
    assert "client" not in done.stderr
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "open-sesame")
    failed = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (failed.returncode, failed.stdout, len(failed.stderr.splitlines())) == (2, "", 1)
