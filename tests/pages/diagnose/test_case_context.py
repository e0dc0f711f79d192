from dataclasses import replace

from meddx.types import Refusal, SimilarCase
from pages.ui.diagnose import case_context, similar_cases
from tests.pages.fake import prediction

ANSWER = prediction({"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08})


def test_only_an_answer_with_similar_cases_has_a_context(card, monkeypatch):
    drawn = []
    monkeypatch.setattr(similar_cases.st, "header", lambda title, **_: drawn.append(title))
    for function in ("write", "caption", "html"):
        monkeypatch.setattr(similar_cases.st, function, lambda *_, **__: None)
    monkeypatch.setattr(similar_cases, "_images", lambda *_: None)
    for answer in (None, Refusal("rule", "No."), ANSWER):
        case_context.render_case_context(answer, card)
    assert drawn == []
    case_context.render_case_context(replace(ANSWER, similar_cases=(SimilarCase("a", (), (), 0.5),)), card)
    assert drawn == ["Similar labelled cases"]
