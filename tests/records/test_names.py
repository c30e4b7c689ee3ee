"""Transliteration, order and width are no name conflict; another name is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.records.names import same_name

SAME = [
    ("北京示例科技有限公司", "北京示例科技有限公司"),
    ("示例（北京）科技有限公司", "示例(北京)科技有限公司"),
    ("示例（北京）科技有限公司", "示例北京科技有限公司"),
    ("示例 (北京) 科技有限公司", "示例（北京）科技有限公司 "),
    ("ＡＢＣ贸易（上海）有限公司", "abc贸易(上海)有限公司"),
    ("阿依古丽·买买提", "阿依古丽•买买提"),
    ("阿依古丽·买买提", "阿依古丽买买提"),
    ("Smith, John", "John SMITH"),
    ("ＪＯＨＮ ＳＭＩＴＨ", "Smith John"),
    ("LI XIAOMING", "Xiaoming Li"),
    ("Li Xiaoming", "Xiao Ming LI"),
    ("Xiao-Ming Li", "LI XIAOMING"),
    ("O'Brien, Seán", "SEAN OBRIEN"),
    ("Jürgen Müller", "MUELLER JUERGEN"),
    ("Jürgen Müller", "MULLER JURGEN"),
    ("Søren Łukasz", "LUKASZ SOEREN"),
    ("Straße GmbH", "STRASSE GMBH"),
    ("Example Trading Co., Ltd.", "EXAMPLE TRADING CO LTD"),
    ("李小明", "Li Xiaoming"),
    ("李小明", "XIAOMING LI"),
    ("张三", "ZHANG SAN"),
    ("張三豐", "张三丰"),
    ("臺灣示例有限公司", "台湾示例有限公司"),
    ("張三豐", "Zhang Sanfeng"),
    ("欧阳娜", "OUYANG NA"),
    ("欧阳娜", "Na Ouyang"),
    ("单雄信", "SHAN XIONGXIN"),
    ("吕布", "LYU BU"),
    ("吕布", "LU BU"),
    ("阿依古丽·买买提", "AYIGULI MAIMAITI"),
    ("Иван Петров", "Ivan Petrov"),
    ("Юлия Щукина", "SHCHUKINA IULIIA"),
]
OTHER = [
    ("北京示例科技有限公司", "上海示例科技有限公司"),
    ("示例（北京）科技有限公司", "示例（南京）科技有限公司"),
    ("李小明", "李晓明"),
    ("John Smith", "Jane Smith"),
    ("Li Xiaoming", "Li Xiaohong"),
    ("Example Trading Ltd", "Example Holding Ltd"),
    ("John Smith", "Johns Mith Ltd"),
    ("Иван Петров", "Иван Сидоров"),
    ("Иван Петров", "Ivan Sidorov"),
    ("张三", "WANG WU"),
    ("张三", "ZHANG SI"),
    ("张三", "ZHANG"),
    ("張三", "張四"),
    ("示例贸易有限公司", "Example Trading Co., Ltd."),  # a translation: somebody must read both
    ("김민수", "Kim Min-su"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_writing_a_name_differently_is_no_conflict(one, other):
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_name_is_a_conflict(one, other):
    assert not same_name(one, other)
    assert not same_name(other, one)


def full_width(text: str) -> str:
    """ASCII in the width of Chinese type."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), min_size=1, max_size=5)


@given(words=WORDS, data=st.data())
def test_any_order_case_width_and_punctuation_of_a_name_is_the_same(words, data):
    shuffled = data.draw(st.permutations(words))
    joined = data.draw(st.sampled_from([" ", ", ", "-", "·", "  "])).join(shuffled)
    written = data.draw(st.sampled_from([str.upper, str.title, full_width, str]))(joined)
    assert same_name(" ".join(words), written)


@given(one=st.text(max_size=30), other=st.text(max_size=30))
def test_comparing_never_fails_and_doesnt_depend_on_the_side(one, other):
    assert same_name(one, other) == same_name(other, one)
    assert same_name(one, unicodedata.normalize("NFKC", one))
