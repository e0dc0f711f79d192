from studies import api_reference

MODULE = '''"""Measure things."""


class Ruler:
    """A ruler.

    length: in cm.
    """

    length: float
    _worn: bool

    @property
    def inches(self) -> float:
        """Return the length in inches."""

    def cut(self, at: float) -> None:
        """Make it shorter."""

    def _hidden(self): ...


def measure(thing: str, /, *, unit: str = "cm") -> float:
    """Return the length of `thing`."""


def _private(): ...
'''


def test_public_names_stand_on_the_page_with_signature_and_docstring_and_private_ones_do_not(tmp_path):
    package = tmp_path / "meddx"
    for room in api_reference.ROOMS:
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").write_text(f'"""The room {room}."""\n')
    for name in api_reference.TOP:
        (package / f"{name}.py").write_text("")
    (package / "imaging" / "ruler.py").write_text(MODULE)

    made = api_reference.pages(package)

    page = made["imaging.md"]
    assert "## `meddx.imaging.ruler`\n\nMeasure things.\n" in page
    assert "### class `Ruler`\n\nA ruler.\n\nlength: in cm.\n\n- `length: float`\n" in page
    assert "#### `Ruler.inches -> float`\n\nReturn the length in inches.\n" in page
    assert "#### `Ruler.cut(at: float) -> None`\n\nMake it shorter.\n" in page
    assert "### `measure(thing: str, /, *, unit: str='cm') -> float`\n\nReturn the length of `thing`.\n" in page
    assert not {"_worn", "_hidden", "_private"} & set(page.replace("`", " ").replace("(", " ").split())
    assert "| [imaging](imaging.md) | The room imaging. |" in made["README.md"]


def test_the_pages_are_what_the_code_says():
    written = {path.name: path.read_text(encoding="utf-8") for path in api_reference.API.glob("*.md")}
    assert written == api_reference.pages(), "run python -m studies.api_reference"
