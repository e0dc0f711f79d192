"""A case exported in the reader's language."""

from io import BytesIO

import numpy as np
import pytest
from pypdf import PdfReader

from meddx.config import ROOT
from meddx.export.case_report import case_pdf
from meddx.export.case_text import case_text
from meddx.imaging.measurements import Measurement
from meddx.model.card import read_card
from meddx.types import MapCheck, MapMeasure, ReaderOpinion
from pages.ui.common.language.language import drawn_in
from pages.ui.common.language.translated import export_language
from tests.export.cases import FAR, answer, case, image

SAID = (
    "仅供研究使用，非医疗器械。",
    "此图像像是黑白反转的：灰度值反转后，它与本模型适用的图像相似。其 Photometric Interpretation 可能有误",
    "已校准的概率",
    "仍有可能：细菌性肺炎、病毒性肺炎。这类列表应在 90% 的病例中包含真实诊断；此处未测量。",
    "与训练图像不相似（距离 9.0，界限 2.0）：无论概率多高，都不要依赖这些发现。",
    "细菌性肺炎的最强证据：达到所有图像共用量程的 50%。",
    "检验未通过。对预测的影响：未通过。遮挡高亮区域并不比遮挡其他区域更能降低预测概率：证据在别处。",
    "张三.dcm",
    "细菌性肺炎：不同意、应为正常、“Clear, I think”。",
    "长度 25.0 mm（探测器平面）",
    "心胸比 0.50（20.0 / 40.0 mm（探测器平面））",
    "角度 90.0°（补角 90.0°）",
)  # fmt: skip


@pytest.fixture(scope="module")
def facts():
    card = read_card(ROOT / "models" / "chest-efficientnet" / "card.toml")
    normal, bacterial, viral = (label.name for label in card.labels)
    scores = {normal: 0.1, bacterial: 0.7, viral: 0.2}
    maps = {name: np.array([[0, 0.05], [0, 0]], np.float32) for name in scores}
    negative = (
        "This image looks like a negative: with its grey values inverted it is like the images that this model suits. "
        "Its Photometric Interpretation may be wrong; see the original, or save it inverted and add it again."
    )
    said = answer(
        logits=scores, probabilities=scores, findings=(bacterial,), prediction_set=(bacterial, viral), heatmaps=maps,
        ood=FAR, cautions=(negative,),
    )  # fmt: skip
    words = "Hiding highlighted areas lowers the prediction no more than hiding others: the evidence lies elsewhere."
    effect = MapMeasure("faithful", "Effect on the prediction", "bad", words, 0.1, 0.2, 0.4, {})
    check = MapCheck(card.id, "1", bacterial, "grad-cam", "not to be relied on", (effect,), (), {}, {}, 0.7, 0.5, 9, "")
    opinions = {bacterial: ReaderOpinion("disagree", "Clear, I think", normal)}
    film = image(body_part="CHEST", spacing=(0.5, 0.5), measured_at="detector")
    across, down, longer = ((0.0, 0.0), (40.0, 0.0)), ((0.0, 0.0), (0.0, 50.0)), ((0.0, 9.0), (80.0, 9.0))
    measured = (
        Measurement("length", (down,)),
        Measurement("ratio", (across, longer)),
        Measurement("angle", (across, down)),
    )
    return case(
        card, answer=said, image=film, check=check, label=card.labels[1], opinions=opinions,
        identity={"Patient ID": "张三.dcm"}, measurements=measured,
    )  # fmt: skip


def test_the_text_is_chinese_but_for_what_the_reader_wrote(facts):
    with drawn_in("zh_CN"):
        text = case_text(facts, export_language())
    for sentence in SAID:
        assert sentence in text
    assert "  细菌性肺炎     70%,    41%：高于\n" in text


def test_the_report_is_chinese_and_says_so(facts):
    with drawn_in("zh_CN"):
        reader = PdfReader(BytesIO(case_pdf(facts, language=export_language())))
    [page] = reader.pages
    text = "".join(page.extract_text().split())
    for sentence in (*SAID, "病例报告", "所学图像来自一家医院（广州）的一至五岁儿童；从未见过成人。"):
        assert "".join(sentence.split()) in text
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_it_is_english_where_the_page_is(facts):
    with drawn_in("en"):
        assert case_text(facts, export_language()) == case_text(facts)


def test_it_stays_the_readers_where_the_file_is_made_after_the_page(facts):
    with drawn_in("zh_CN"):
        spoken = export_language()
    assert case_text(facts, spoken).startswith("由 ")
