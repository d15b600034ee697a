"""A file of settings: weaker than flags and environment, and strict about what is in it."""

import argparse
from pathlib import Path

import pytest

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.options import Option
from tagward_service.cli.settings import Settings, resolve

PORT = Option(name="admission_port", help="a port", default="8443")
MANY = Option(name="fill", help="several", many=True)
SWITCH = Option(name="quiet", help="a switch", flag=True)
OPTIONS = (options.CONFIG, options.SHOW_CONFIG, PORT, MANY, SWITCH)


def resolved(file: Path, environ: dict[str, str] | None = None, **flags: str) -> Settings:
    return resolve(OPTIONS, argparse.Namespace(config=str(file), **flags), environ or {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "serve.yaml"


def test_flags_beat_the_environment_which_beats_the_file_which_beats_the_default(file: Path) -> None:
    file.write_text("# ours\nadmission-port: 9001\n", encoding="utf-8")
    environ = {"TAGWARD_ADMISSION_PORT": "9002"}

    assert resolve(OPTIONS, argparse.Namespace(), {}).text("admission_port") == "8443"
    assert resolved(file).text("admission_port") == "9001"
    assert resolved(file).origin("admission_port") == f"{file}:2"
    assert resolved(file, environ).text("admission_port") == "9002"
    assert resolved(file, environ, admission_port="9003").text("admission_port") == "9003"


def test_the_file_may_be_named_by_the_environment(file: Path) -> None:
    file.write_text("admission_port: 9001\n", encoding="utf-8")

    settings = resolve(OPTIONS, argparse.Namespace(), {"TAGWARD_CONFIG": str(file)})

    assert settings.number("admission_port") == 9001


@pytest.mark.parametrize("written", ["fill: [a=1, b=2]", "fill: {a: 1, b: 2}"])
def test_an_option_that_may_come_several_times_is_a_list_or_a_mapping(file: Path, written: str) -> None:
    file.write_text(f"{written}\nquiet: true\n", encoding="utf-8")

    assert resolved(file).texts("fill") == ("a=1", "b=2")
    assert resolved(file).flag("quiet") is True


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("admision-port: 1", ":1: there is no setting `admision-port`; did you mean `admission-port`?"),
        ("config: other.yaml", "there is no setting `config`"),
        ("admission-port: [1, 2]", "`admission-port` is one value"),
        ("admission-port:", "`admission-port` is one value"),
        ("admission-port: 1\nadmission-port: 2", ":2:1: error: the key `admission-port` is here twice"),
        ("- admission-port", "a file of settings is a mapping of keys to values, not a list"),
        ("", "the file is empty"),
    ],
)
def test_what_cannot_be_a_setting_is_refused(file: Path, written: str, said: str) -> None:
    file.write_text(written, encoding="utf-8")

    with pytest.raises(UsageError) as refused:
        resolved(file)

    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(UsageError, match=r"--config: cannot read .*: no such file"):
        resolved(file)
