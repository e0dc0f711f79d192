import dataclasses

import pytest

from studies.your_model.families import FAMILIES, HEADS, LAYOUTS, Zoo
from studies.your_model.page import GRAD_CAM, OUTPUT, page
from studies.your_model.zoo import FORMATS, Row, cases, examine


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_is_imported_with_every_head_in_every_format(family, layout):
    zoo = Zoo(family, layout)
    for head in HEADS:
        for kind in FORMATS:
            row = examine(family, zoo, layout, kind, head)
            assert row.refused is None
            assert row.output <= OUTPUT
            assert row.grad_cam <= GRAD_CAM


def test_every_combination_is_a_case_once():
    every = [(family.name, layout, kind, head) for family, layout, kind, head in cases()]
    assert len(every) == len(set(every)) == len(FAMILIES) * len(LAYOUTS) * len(FORMATS) * len(HEADS)


def test_the_page_counts_what_was_refused_and_what_differs():
    same = Row("VGG16", "VGG16", "flat", "softmax of 3", "keras", None, 1e-7, 1e-6, 2.0, "block5_conv3", 9, 1.0)
    other = dataclasses.replace(same, head="logits of 3", grad_cam=1e-3)
    refused = Row("VGG16", "VGG16", "nested", "softmax of 3", "h5", "some-rule: A reason.")
    text = page([same, other, refused], 300)
    assert "3 of 300 files were imported: 2 accepted, 1 refused." in text
    assert "Of those accepted, 1 give" in text
    assert "| VGG16 | VGG16 | flat | 2 | 2 | 1e-07 | 0.001 | `block5_conv3` |" in text
    assert "- VGG16 (VGG16), flat, logits of 3, .keras: differs" in text
    assert "- VGG16 (VGG16), nested, softmax of 3, .h5: some-rule: A reason." in text
