import hashlib
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.download import ATTEMPTS, download
from meddx.evaluate.sets.public_sets import PUBLIC_SETS, Checksum, PublicSet
from tests.evaluate.sets.loopback import Source, serving

CONTENT = np.random.default_rng(0).bytes(300_000)


def public(source, content=CONTENT):
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return PublicSet(
        name="cells",
        title="Cells",
        licence="CC BY 4.0",
        doi="10.0000/cells",
        url=source.url,
        path="cells.npz",
        size=len(content),
        checksum=Checksum("md5", digest, "its maker"),
    )


@pytest.fixture
def source():
    with serving(Source(CONTENT)) as running:
        yield running


def test_the_whole_file_gets_its_name_and_progress_ends_at_its_size(source, tmp_path):
    seen = []
    download(public(source), tmp_path / "new" / "cells.npz", lambda done, total: seen.append((done, total)))
    assert (tmp_path / "new" / "cells.npz").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["cells.npz"]
    assert (seen[0], seen[-1]) == ((0, len(CONTENT)), (len(CONTENT), len(CONTENT)))
    assert source.asked == [None]


def test_a_cut_connection_is_taken_up_where_it_broke(source, tmp_path):
    source.cuts = [100_000, 50_000]
    download(public(source), tmp_path / "cells.npz")
    assert (tmp_path / "cells.npz").read_bytes() == CONTENT
    assert source.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_what_an_earlier_run_left_is_continued(source, tmp_path):
    (tmp_path / "cells.npz.partial").write_bytes(CONTENT[:70_000])
    download(public(source), tmp_path / "cells.npz")
    assert (tmp_path / "cells.npz").read_bytes() == CONTENT
    assert source.asked == ["bytes=70000-"]


def test_a_run_killed_just_before_the_end_only_verifies(source, tmp_path):
    (tmp_path / "cells.npz.partial").write_bytes(CONTENT)
    download(public(source), tmp_path / "cells.npz")
    assert (tmp_path / "cells.npz").read_bytes() == CONTENT
    assert source.asked == [f"bytes={len(CONTENT)}-"]


def test_a_server_that_ignores_ranges_sends_the_file_from_its_start(source, tmp_path):
    source.ranges = False
    (tmp_path / "cells.npz.partial").write_bytes(b"x" * 400_000)
    download(public(source), tmp_path / "cells.npz")
    assert (tmp_path / "cells.npz").read_bytes() == CONTENT


def test_a_connection_that_keeps_breaking_is_given_up_and_the_part_is_kept(source, tmp_path):
    source.cuts = [1000] + [0] * ATTEMPTS
    with pytest.raises(Refused, match="broke after 1,000 bytes; run the command again to go on") as refusal:
        download(public(source), tmp_path / "cells.npz")
    assert refusal.value.rule == "connection-cut"
    assert (tmp_path / "cells.npz.partial").read_bytes() == CONTENT[:1000]
    assert len(source.asked) == 1 + ATTEMPTS


def test_a_wrong_checksum_leaves_nothing(source, tmp_path):
    with pytest.raises(Refused, match="run the command again") as refusal:
        download(public(source, CONTENT[:-1] + b"x"), tmp_path / "cells.npz")
    assert refusal.value.rule == "wrong-checksum"
    assert list(tmp_path.iterdir()) == []


def test_a_spoilt_part_is_found_and_the_next_run_starts_anew(source, tmp_path):
    (tmp_path / "cells.npz.partial").write_bytes(b"x" * 70_000)
    with pytest.raises(Refused, match="removed"):
        download(public(source), tmp_path / "cells.npz")
    download(public(source), tmp_path / "cells.npz")
    assert (tmp_path / "cells.npz").read_bytes() == CONTENT


def test_a_file_that_is_gone_is_said_with_where_to_look(source, tmp_path):
    source.status = 404
    with pytest.raises(
        Refused, match=r"answers 404 for cells; look for it at https://doi.org/10.0000/cells"
    ) as refusal:
        download(public(source), tmp_path / "cells.npz")
    assert refusal.value.rule == "not-found"
    assert not (tmp_path / "cells.npz").exists()


def test_no_network_is_said_in_a_sentence(tmp_path):
    with serving(Source(CONTENT)) as stopped:
        pass
    with pytest.raises(Refused, match=r"127.0.0.1 cannot be reached: check the network") as refusal:
        download(public(stopped), tmp_path / "cells.npz")
    assert refusal.value.rule == "no-network"
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_is_here_is_not_fetched_again(source, tmp_path):
    (tmp_path / "cells.npz").write_bytes(CONTENT)
    download(public(source), tmp_path / "cells.npz")
    assert source.asked == []


def test_another_file_of_the_name_is_left_alone(source, tmp_path):
    (tmp_path / "cells.npz").write_bytes(b"mine")
    with pytest.raises(Refused, match="move it away") as refusal:
        download(public(source), tmp_path / "cells.npz")
    assert refusal.value.rule == "other-file"
    assert (tmp_path / "cells.npz").read_bytes() == b"mine"


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("cells/1.png", b"pixels" * 1000)
    return content.getvalue()


def test_without_a_checksum_nothing_is_continued_and_the_archive_is_tested(tmp_path):
    with serving(Source(archive())) as source:
        (tmp_path / "cells.zip.partial").write_bytes(b"PK")
        download(replace(public(source), checksum=None), tmp_path / "cells.zip")
        assert (tmp_path / "cells.zip").read_bytes() == source.content
        assert source.asked == [None]


def test_a_damaged_archive_without_a_checksum_is_refused(tmp_path):
    damaged = archive().replace(b"pixels", b"pixelz", 1)
    with serving(Source(damaged)) as source, pytest.raises(Refused, match="no whole ZIP archive"):
        download(replace(public(source), checksum=None), tmp_path / "cells.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("one", PUBLIC_SETS, ids=lambda one: one.name)
def test_every_public_set_states_its_terms(one):
    assert one.url.startswith("https://")
    assert one.licence
    assert one.doi.startswith("10.")
    if one.checksum:
        assert len(one.checksum.digest) == 2 * hashlib.new(one.checksum.algorithm).digest_size
        assert set(one.checksum.digest) <= set("0123456789abcdef")
    else:
        assert one.path.endswith(".zip")
    assert not one.unpacks_to or one.path.endswith(".zip")
