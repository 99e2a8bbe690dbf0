"""The chassis's own texts: every rule it raises has words in both languages, and no words are left over."""

import re
from pathlib import Path

import shuniu.chassis
from shuniu.chassis.service import Catalogue

SOURCES = Path(shuniu.chassis.__file__).parents[1]
RAISED = re.compile(
    r'(?:Refusal|Conflict|NotFound|Unprocessable|Forbidden|Unauthenticated)\(\s*f?"([a-z_]+\.[a-z_]+)"', re.DOTALL
)
FIELD = re.compile(r'FieldError\([^()]*(?:\([^()]*\))?[^()]*, "([a-z_]+)"\)')


def _texts() -> Catalogue:
    return Catalogue.load("shuniu.chassis").merged(Catalogue.load("shuniu.chassis.datasets"))


def _sources() -> str:
    files = [*SOURCES.glob("rules/*.py"), *SOURCES.glob("chassis/**/*.py")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_every_rule_of_the_chassis_has_words() -> None:
    raised = set(RAISED.findall(_sources()))
    assert len(raised) > 25
    assert sorted(rule for rule in raised if f"rule.{rule}" not in _texts()) == []


def test_every_field_code_of_the_chassis_has_words() -> None:
    codes = set(FIELD.findall(_sources()))
    assert len(codes) > 8
    assert sorted(code for code in codes if f"error.{code}" not in _texts()) == []


def test_no_words_without_a_rule() -> None:
    known = _sources()
    unused = [key for key in _texts() if key.startswith("rule.") and f'"{key.removeprefix("rule.")}"' not in known]
    assert unused == []


def test_the_languages_say_the_same_parameters() -> None:
    for key, text in _texts().items():
        assert set(re.findall(r"{(\w+)}", text.zh)) == set(re.findall(r"{(\w+)}", text.en)), key
        assert re.search(r"[\u4e00-\u9fff]", text.zh), key
        assert not re.search(r"[\u4e00-\u9fff]", text.en), key
