"""PACS against Orthanc, by DICOMweb and by DICOM: films in, found, fetched as they are, results back."""

import socket
import threading
from datetime import date
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.uid import DigitalXRayImageStorageForPresentation as DigitalXRay
from pynetdicom import AE, build_context

from meddx.errors import Refused
from meddx.model.registry import find_model
from meddx.network.film_results import film_results
from meddx.network.pacs_access import archive, plan_retrieval, retrieved_files
from meddx.network.pacs_config import read_pacs_config
from meddx.network.pacs_studies import StudyQuery
from tests.engine.answers import images
from tests.export.cases import answer
from tests.network.orthanc import PASSWORD, orthanc, pacs_toml
from tests.network.peers import dump_of, errors_of, free_port, store
from tests.network.programmed_engine import ProgrammedEngine

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <s:pytest.PytestUnraisableExceptionWarning"),
]
PATIENT = {
    "PatientName": "Müller^Zoë", "PatientID": "Q7", "StudyDate": "20261102", "PatientBirthDate": "19700203",
    "SpecificCharacterSet": "ISO_IR 192", "PatientOrientation": ["L", "F"], "PixelSpacing": [0.2, 0.2],
    "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.1", "SeriesNumber": "4", "AccessionNumber": "A7",
}  # fmt: skip
WAYS = ("archive", "old-archive")


@pytest.fixture(scope="module")
def films():
    return images(3, **PATIENT)


@pytest.fixture(scope="module")
def peer(tmp_path_factory, films):
    folder = tmp_path_factory.mktemp("orthanc")
    with orthanc(folder) as peer:
        paths = [folder / f"{number}.dcm" for number in range(len(films))]
        for path, data in zip(paths, films, strict=True):
            path.write_bytes(data)
        assert store(peer.dicom_port, *paths, called="ORTHANC") == 0
        yield peer


@pytest.fixture
def config(peer, tmp_path, monkeypatch):
    monkeypatch.setenv("ORTHANC_PASSWORD", PASSWORD)
    path = tmp_path / "pacs.toml"
    path.write_text(pacs_toml(peer))
    return read_pacs_config(path)


@pytest.fixture(params=WAYS)
def source(request, config):
    return archive(config.named(request.param), config)


@pytest.fixture(params=(*WAYS, "by-move"))
def giver(request, config):
    """The ways by which images come."""
    return archive(config.named(request.param), config)


def fetched(source, room=1 << 30, most=10, stop=None):
    return retrieved_files(source, plan_retrieval(source, "1.2.3", 10), room, most, stop or threading.Event())


@pytest.mark.parametrize(
    "query",
    [
        StudyQuery(patient_id="Q7"),
        StudyQuery(patient_id="Q*"),
        StudyQuery(name="müll"),
        StudyQuery(name="Müller^Zoë"),
        StudyQuery(accession="A7", modality="dx"),
        StudyQuery(begin=date(2026, 11, 1), end=date(2026, 11, 2)),
    ],
    ids=lambda query: f"{query.asked_by} {query.name}",
)
def test_a_study_is_found_by_whatever_is_known_of_it(source, query):
    [study] = source.search(query)
    assert (study.uid, study.name, study.patient_id, study.accession) == ("1.2.3", "Müller Zoë", "Q7", "A7")
    assert (study.date, study.birth_date, study.modalities, study.images) == ("2026-11-02", "1970-02-03", ("DX",), 3)


@pytest.mark.parametrize(
    "query",
    [
        StudyQuery(patient_id="Q8"),
        StudyQuery(name="Mellar"),
        StudyQuery(patient_id="Q7", modality="CT"),
        StudyQuery(begin=date(2026, 11, 3)),
    ],
    ids=lambda query: query.asked_by,
)
def test_what_does_not_fit_is_not_found(source, query):
    assert source.search(query) == []


def test_images_come_as_they_were_stored(giver, films):
    names, files = zip(*fetched(giver), strict=True)
    assert names == ("DX-4-1.dcm", "DX-4-2.dcm", "DX-4-3.dcm")
    arrived = {dcmread_bytes(data).SOPInstanceUID: dcmread_bytes(data).PixelData for data in files}
    assert arrived == {dcmread_bytes(data).SOPInstanceUID: dcmread_bytes(data).PixelData for data in films}


def test_limits_and_a_stop_end_a_retrieval_in_one_sentence(giver, films):
    with pytest.raises(Refused, match="more than 2 images"):
        plan_retrieval(giver, "1.2.3", 2)
    with pytest.raises(Refused, match="more than 2 images"):
        list(fetched(giver, most=2))
    with pytest.raises(Refused, match=r"larger than may (yet )?be"):
        list(fetched(giver, room=len(films[0]) + 100))
    with pytest.raises(Refused, match="no series of images"):
        plan_retrieval(giver, "1.2.9", 2)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Refused, match="Stopped"):
        list(fetched(giver, stop=stop))


def test_a_move_needs_its_port_and_takes_files_from_its_pacs_alone(config, peer, films, tmp_path):
    giver = archive(config.named("by-move"), config)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the ends of earlier associations linger
        taken.bind(("", peer.move_port))
        taken.listen()
        with pytest.raises(Refused, match="is taken, on which PACS by-move delivers"):
            list(fetched(giver))
    stranger = tmp_path / "stranger.dcm"
    stranger.write_bytes(images(1, **PATIENT | {"SeriesInstanceUID": "1.2.3.9"})[0])
    arriving = fetched(giver)
    next(arriving)
    assert store(peer.move_port, stranger, calling="STRANGER", called="MEDDX") != 0
    assert association(peer, "STRANGER").is_rejected
    with pytest.raises(Refused, match="Another study is being fetched"):
        list(fetched(giver))
    assert len(list(arriving)) == 2


def test_a_move_takes_only_the_study_asked_for_over_a_few_associations(config, peer, tmp_path):
    other = tmp_path / "other.dcm"
    other.write_bytes(images(1, **PATIENT | {"StudyInstanceUID": "1.2.4", "SeriesInstanceUID": "1.2.3.9"})[0])
    arriving = fetched(archive(config.named("by-move"), config))
    next(arriving)
    assert store(peer.move_port, other, calling="ORTHANC", called="MEDDX") != 0
    opened = [association(peer, "ORTHANC") for _ in range(20)]
    try:
        assert 0 < sum(one.is_established for one in opened) < 10
    finally:
        for one in opened:
            one.abort()
    assert len(list(arriving)) == 2


def association(peer, calling):
    """An association with the port on which a move delivers."""
    entity = AE(calling)
    return entity.associate("127.0.0.1", peer.move_port, [build_context(DigitalXRay)], "MEDDX")


def test_a_pacs_answers_or_is_said_not_to(source, config):
    source.echo()
    nobody = config.named("old-archive").model_copy(update={"port": free_port(), "seconds": 2})
    with pytest.raises(Refused, match="cannot be reached"):
        archive(nobody, config).echo()


def test_results_go_back_say_the_same_and_are_not_opened_as_images(source, peer, films, tmp_path, untrained_models):
    model = find_model(untrained_models, "untrained")
    results = film_results(ProgrammedEngine(), films[0], model).files
    before = set(peer.instances())
    source.store(results)
    source.store(results)
    uids = {str(dcmread_bytes(data).SOPInstanceUID) for data in results.values()}
    stored = {}
    for id in peer.instances():
        data = peer.file(id)
        uid = str(dcmread_bytes(data).SOPInstanceUID)
        if uid in uids:
            assert uid not in stored, "sending twice does not double"
            stored[uid] = tmp_path / f"{id}.dcm"
            stored[uid].write_bytes(data)
    assert set(stored) == uids
    assert before <= set(peer.instances())
    for path in stored.values():
        assert errors_of(path) == []
    report = dump_of(stored[str(dcmread_bytes(results["findings.dcm"]).SOPInstanceUID)])
    for probability in answer().probabilities.values():
        assert f"{probability:.6g}"[:5] in report
    plan = plan_retrieval(source, "1.2.3", 10)
    assert [one.uid for one in plan.series] == ["1.2.3.1"]
    assert plan.left_out >= 2


def dcmread_bytes(data):
    return dcmread(BytesIO(data))
