"""Fields that give the label away are found, clean ones are not accused."""

from pathlib import Path

import numpy as np
import pytest

from meddx.evaluate.label_leaks import PATTERN, label_leaks
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.model.record_fields import NumberField
from tests.fused import AGE, SEX, SMOKER

LAB = NumberField(kind="number", name="lab", title="Lab value", low=-10, high=10)
FIELDS = (AGE, SEX, SMOKER, LAB)


def made(seed, planted=None, n=240):
    """Cases of n / 2 patients: age tells a little, sex and smoking nothing; planted: how the lab value leaks."""
    random, cases = np.random.default_rng(seed), []
    for number in range(n):
        ill = bool(random.random() < 0.4)
        lab = random.normal() + (3.5 * ill if planted == "value" else 0)
        row = {
            "age": f"{np.clip(50 + 12 * ill + 15 * random.normal(), 0, 120):.1f}",
            "sex": str(random.choice(["F", "M"])),
            "smoker": str(random.choice(["yes", "no", ""])),
            "lab": f"{np.clip(lab, -10, 10):.3f}",
        }
        if planted == "missing" and random.random() < (0.1 if ill else 0.8):
            row["lab"] = ""
        label = ("ill" if ill else "well",)
        cases.append(LabelledCase(str(number), Path("none"), f"p{number // 2}", label, columns=row))
    return LabelledSet(("well", "ill"), tuple(cases))


def accused(images):
    return {leak.name for leak in label_leaks(FIELDS, images) if leak.gives_away}


@pytest.mark.parametrize("seed", range(20))
def test_a_clean_record_is_not_accused(seed):
    assert accused(made(seed)) == set()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("planted", "name"), [("value", "lab"), ("missing", PATTERN)])
def test_a_planted_leak_is_found_and_nothing_else(seed, planted, name):
    assert accused(made(seed, planted)) == {name}


def test_few_cases_by_chance_alone_are_no_proof():
    """With 14 cases and a lab value of no meaning some set of labels is told well; the permutations tell."""
    found = [leak for seed in range(60) for leak in label_leaks(FIELDS, made(seed, n=14)) if leak.auroc >= 0.9]
    assert found
    assert not any(leak.gives_away for leak in found)


def test_the_warning_names_the_field_and_no_value():
    images = made(0, "value")
    [leak] = [one for one in label_leaks(FIELDS, images) if one.gives_away]
    assert "The field lab alone tells" in leak.sentence
    assert leak.auroc > 0.95
    assert leak.n == 240
    assert label_leaks((), images) == ()
