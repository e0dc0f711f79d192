"""Tables in encodings of before Unicode: the words come back, or at least a Western table stays one."""

import numpy as np
import pytest

from meddx.evaluate.external_predictions import read
from meddx.evaluate.external_predictions.delimited import decoded

IVANOV, PETROV, YES = "Иванов", "Петров", "да"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "пациент;диагноз;вероятность\n1;пневмония;0,8\n2;норма;0,1\n"),
        ("cp1251", f"name,label,score\n{IVANOV},1,0.3\n{PETROV},0,0.2\n"),
        ("koi8_r", "пациент;диагноз;вероятность\n1;пневмония;0,8\n2;норма;0,1\n"),
        ("koi8_r", f"{IVANOV};{PETROV}\n{YES};0,3\n"),
        ("cp932", "患者,診断,確率\n1,肺炎,0.8\n2,正常,0.1\n"),
        ("cp932", "画像,ラベル,スコア\n1,表,0.3\n2,能,0.2\n"),  # second bytes that are \ and |
        ("gb18030", "姓名,标签,分数\n张三,是,0.3\n李四,否,0.2\n"),
        ("gb18030", "name,label,score\n王伟,1,0.2\n李娜,0,0.3\n"),
        ("big5", "檔案,標籤,分數\na,是,1\n"),
        ("cp949", "환자,진단,확률\n1,폐렴,0.8\n2,정상,0.1\n"),
        ("cp1253", "ασθενής;διάγνωση;πιθανότητα\n1;πνευμονία;0,8\n"),
        ("cp1252", "caso;verdade;pontuação\n1;não;0,3\n2;sim;0,8\n"),
        ("cp1252", "id;étiquette;probabilité\n1;épanchement;0,8\n"),
        ("cp1252", "patient,label,score\nBJÖRK,1,0.8\nÅSE,0,0.1\n"),
        ("cp1252", "x;€\n1;“positive” – ±2 µm\n"),
        ("latin-1", "prénom;né\n\x81;1\n"),  # no character of Windows-1252
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_words_come_back_as_they_were_written(codec, text, times):
    assert decoded(text.encode(codec) * times)[0] == text * times


@pytest.mark.parametrize(
    ("codec", "header", "positive", "negative"),
    [
        ("cp1251", "случай;диагноз;вероятность", "да", "нет"),
        ("cp932", "症例;診断;確率", "はい", "いいえ"),
        ("gb18030", "病例;诊断;概率", "是", "否"),
    ],
)
def test_columns_and_truth_are_found_without_options(tmp_path, codec, header, positive, negative):
    chance = np.random.default_rng(5)
    rows = [f"{at};{positive if at % 3 else negative};{chance.random():.3f}" for at in range(40)]
    path = tmp_path / "scores.csv"
    path.write_bytes("\n".join([header, *rows]).encode(codec))
    found = read(path)
    assert found.predictions.targets.ravel().tolist() == [at % 3 > 0 for at in range(40)]


def test_what_was_told_from_letters_is_said(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_bytes("случай;диагноз;вероятность\n1;да;0,8\n2;нет;0,1\n".encode("cp1251"))
    assert any("read as Windows-1251" in note and "UTF-8" in note for note in read(path).notes)
