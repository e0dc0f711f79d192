"""What the detector of writing marks on real films, which are there where the data are."""

import pytest

from meddx.config import data_dir
from studies.deidentification.burned_in_text import on_film
from studies.deidentification.chest_films import adults_films, chest_films, is_on_writing, small_films


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="the public data sets are not here (MEDDX_DATA)")
def test_at_most_one_film_in_twenty_is_masked_where_it_has_no_writing():
    films = small_films("measure")[::3] + adults_films("measure")[::6]
    assert len(films) > 80
    marked = [film for film in map(on_film, films) if not all(is_on_writing(film.name, *box) for box in film.boxes)]
    assert len(marked) <= len(films) / 20


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="the public data sets are not here (MEDDX_DATA)")
def test_no_film_is_of_both_families():
    assert not set(chest_films("tune")) & set(chest_films("measure"))
