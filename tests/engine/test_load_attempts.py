import pytest

from meddx.engine.load_attempts import LoadAttempts
from meddx.errors import CardError


def test_a_model_whose_load_ends_the_process_is_not_tried_a_third_time(tmp_path):
    for deaths in range(2):
        assert LoadAttempts(tmp_path).deaths("deadly") == deaths
        LoadAttempts(tmp_path).begin("deadly")
    with pytest.raises(CardError, match="ended 2 times"):
        LoadAttempts(tmp_path).begin("deadly")
    assert LoadAttempts(tmp_path).deaths("deadly") == 2
    LoadAttempts(tmp_path).begin("other")


def test_a_load_that_the_process_survives_counts_anew(tmp_path):
    LoadAttempts(tmp_path).begin("model")
    again = LoadAttempts(tmp_path)
    again.begin("model")
    again.survived("model")
    assert LoadAttempts(tmp_path).deaths("model") == 0
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_the_server_forgets_them_and_nothing_else(tmp_path):
    (tmp_path / "others").touch()
    LoadAttempts(tmp_path).begin("model")
    LoadAttempts(tmp_path).forget()
    assert [path.name for path in tmp_path.iterdir()] == ["others"]


def test_without_a_folder_nothing_is_counted():
    attempts = LoadAttempts()
    for _ in range(3):
        attempts.begin("model")
    assert attempts.deaths("model") == 0
    attempts.survived("model")
    attempts.forget()
