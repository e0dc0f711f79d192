from studies.explanations import page

BLOCKS = """by hand

<!-- python -m studies.explanations.methods_table -->
an old table
<!-- end -->

<!-- python -m studies.explanations.verdicts --keep CASES -->
a dear measurement
<!-- end -->
"""


def test_only_the_sections_asked_for_are_run_again_and_what_is_written_by_hand_stays():
    text = page.refreshed(BLOCKS, ("methods_table",))
    assert "an old table" not in text
    assert "| method | name |" in text
    assert text.startswith("by hand\n\n<!-- python -m studies.explanations.methods_table -->\n| method")
    assert text.endswith(BLOCKS[BLOCKS.index("\n\n<!-- python -m studies.explanations.verdicts") :])


def test_the_page_is_what_its_quick_commands_print():
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.sections(text) == [
        "localisation", "right_maps", "verdicts", "quick_checks", "empty_maps", "methods_table",
    ]  # fmt: skip
    assert page.refreshed(text, page.FROM_THE_REPOSITORY) == text
