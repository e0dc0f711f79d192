from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from meddx.network.node_reasons import peer_gone, rule_gone
from pages.ui.common.language import translated as module
from pages.ui.common.language.language import drawn_in
from tests.patience import SECONDS

SENTENCES = {
    "{name} has no pixels: send it again.": "{name}没有像素：请重新发送。",
    "Row {row} of the set: {reason}": "数据集第 {row} 行：{reason}",
    "The file is empty: send the image again.": "文件为空：请重新发送图像。",
    "{low} to {high}": "{low} 至 {high}",
    "Stability under noise": "噪声下的稳定性",
    "Effect on the prediction": "对预测的影响",
    "Heat map": "热力图",
    "{method} for {label}": "{label}的 {method}",
    "Grey. Its values may be inverted.": "灰度。其数值可能反转。",
    ", ": "、",
    ": ": "：",
    ".": "。",
    "{method} over {patients} patients": "{method}，基于 {patients} 名患者",
    "{method}, over {patients} patients": "{method}，基于 {patients} 名患者",
    "The file states no {what}: it was not checked.": "文件没有注明 {what}：未核对。",
    "{label} or {other}": "{label}或{other}",
    "{attribute} or {other}": "{attribute} 或 {other}",
    "Wald on the logit scale": "logit 尺度上的 Wald 法",
    "Look at the images there. It says where the answer comes from.": "请查看该处的图像。它说明结果从何而来。",
    "the centre": "中央",
    "{text} ({remark})": "{text}（{remark}）",
    "Rule {name} is not configured any more.": "规则 {name} 已不在配置中。",
    "Name the label of {name} (--map '{name_2}=LABEL').": "请指出 {name} 的标签（--map '{name_2}=LABEL'）。",
    "{share} of it lies in {area} of the frame": "其中 {share} 位于画面的 {area} 中",
}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("The file is empty: send the image again.", "文件为空：请重新发送图像。"),
        ("a.dcm has no pixels: send it again.", "a.dcm没有像素：请重新发送。"),
        ("Row 3 of the set: The file is empty: send the image again.", "数据集第 3 行：文件为空：请重新发送图像。"),
        ("The file is empty: send the image again. A has no pixels: send it again.",
         "文件为空：请重新发送图像。A没有像素：请重新发送。"),
        ("stability under noise", "噪声下的稳定性"),
        ("effect on the prediction, stability under noise", "对预测的影响、噪声下的稳定性"),
        ("'a' and 'b'", "'a'、'b'"),
        ("'a or b' and 'c'", "'a or b'、'c'"),
        ("the centre or heat map", "中央或热力图"),
        ("the centre or a film", "the centre or a film"),
        ("The file states no Modality or BodyPartExamined: it was not checked.",
         "文件没有注明 Modality 或 BodyPartExamined：未核对。"),
        ("Heat map: stability under noise.", "热力图：噪声下的稳定性。"),
        ("Heat map: stability under noise for Heat map.", "热力图：热力图的 噪声下的稳定性。"),
        ("a film for b", "a film for b"),
        ("Its values may be inverted. Nobody has translated this.", "其数值可能反转。Nobody has translated this."),
        ("0.1 to 0.2", "0.1 至 0.2"),
        ("Wald on the logit scale, over 202 patients", "logit 尺度上的 Wald 法，基于 202 名患者"),
        ("The file is empty: send the image again. Look at the images there. It says where the answer comes from.",
         "文件为空：请重新发送图像。请查看该处的图像。它说明结果从何而来。"),
        ("the centre (43 % of it lies in 6 % of the frame)", "中央（其中 43 % 位于画面的 6 % 中）"),
        ("the moon (43 % of it lies in 6 % of the frame)", "the moon (43 % of it lies in 6 % of the frame)"),
        ("Rule 'heat map' is not configured any more.", "规则 'heat map' 已不在配置中。"),
        ("Rule \"Heat map's\" is not configured any more.", "规则 \"Heat map's\" 已不在配置中。"),
        ("Rule 'the centre: heat map' is not configured any more.", "规则 'the centre: heat map' 已不在配置中。"),
        ("Name the label of the centre (--map 'the centre=LABEL').",
         "请指出 中央 的标签（--map 'the centre=LABEL'）。"),
        ("Nobody has translated this.", "Nobody has translated this."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_finished_sentence_is_told_in_chinese(
    english: str, chinese: str, write_language: Callable[[str, dict[str, str]], None]
) -> None:
    write_language("zh_CN", SENTENCES)

    assert told(english, "zh_CN") == chinese


def test_a_configured_name_that_is_a_word_of_the_catalogue_stays_as_it_was_configured() -> None:
    assert told("Chest", "zh_CN") == "胸部"
    assert told(rule_gone("chest"), "zh_CN") == "规则 'chest' 已不在配置中。"
    assert told(peer_gone("chest"), "zh_CN") == "接收方 'chest' 已不在配置中。"


def test_it_stays_as_it_is_in_english() -> None:
    assert told("The file is empty: send the image again.", "en") == "The file is empty: send the image again."


COMPLAINTS = (
    "Chest pain and shortness of breath and fever and cough and fatigue and headache and nausea and dizziness and "
    "chills and rash"
)


@pytest.mark.parametrize("text", ["and " * 200, "x to " * 200, "Normal: " * 400, COMPLAINTS])
def test_a_text_of_a_reader_is_looked_at_once_for_each_of_its_parts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    by_any_way = module._by_any_way

    def counted(part: str, call: module._Call) -> str | None:
        looked_at.append(part)
        assert len(looked_at) < 100
        return by_any_way(part, call)

    monkeypatch.setattr(module, "_by_any_way", counted)

    with drawn_in("zh_CN"):
        module.translated(text)
    assert len(looked_at) == len(set(looked_at))


def told(sentence: str, language: str) -> str:
    test = AppTest.from_function(_page, default_timeout=SECONDS)
    test.session_state["chosen language"] = language
    test.session_state["sentence"] = sentence
    test.run()
    assert not test.exception
    return str(test.text[0].value)


def _page() -> None:
    import streamlit as st

    from pages.ui.common.language.translated import translated

    st.text(translated(st.session_state["sentence"]))
