"""What a table means by the URL of an image: the file of that name beside it, else the file elsewhere."""

from pathlib import Path

from meddx.evaluate.sets.image_finder import ImageFinder


def test_of_a_url_the_file_of_its_name_is_found_where_there_is_one(tmp_path):
    (tmp_path / "images").mkdir()
    here = tmp_path / "images" / "a.png"
    here.touch()
    find = ImageFinder(tmp_path)
    assert find("https://example.org/set/a.png") == here
    assert find("s3://bucket/set/b.png") == Path("s3://bucket/set/b.png")
