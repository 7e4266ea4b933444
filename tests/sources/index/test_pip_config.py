from __future__ import annotations

import os
from pathlib import Path

import pytest

from archtrack.errors import ConfigError
from archtrack.sources.index.pip_config import IndexSettings, config_files, index_settings

ENVIRONMENT = [
    ({}, {}),
    ({"PIP_INDEX_URL": "https://a/"}, {"index_url": "https://a/"}),
    ({"UV_INDEX_URL": "https://b/"}, {"index_url": "https://b/"}),
    (
        {"UV_DEFAULT_INDEX": "corp=https://c/x=1", "UV_INDEX_URL": "https://b/"},
        {"index_url": "https://c/x=1"},
    ),
    ({"PIP_INDEX_URL": "https://a/", "UV_DEFAULT_INDEX": "https://c/"}, {"index_url": "https://a/"}),
    (
        {"PIP_EXTRA_INDEX_URL": "https://a/ https://b/", "UV_INDEX": "x=https://c/ https://b/"},
        {"extra_index_urls": ("https://a/", "https://b/", "https://c/")},
    ),
    ({"UV_EXTRA_INDEX_URL": "https://d/"}, {"extra_index_urls": ("https://d/",)}),
    ({"PIP_CERT": "/a.pem", "REQUESTS_CA_BUNDLE": "/b.pem"}, {"verify": "/a.pem"}),
    ({"REQUESTS_CA_BUNDLE": "/b.pem"}, {"verify": "/b.pem"}),
    (
        {"PIP_CLIENT_CERT": "/c.pem", "PIP_PROXY": "http://p:1"},
        {"client_cert": "/c.pem", "proxy": "http://p:1"},
    ),
    ({"PIP_DEFAULT_TIMEOUT": "180"}, {"timeout": 60.0}),
    ({"PIP_TIMEOUT": "20"}, {"timeout": 20.0}),
    ({"PIP_DEFAULT_TIMEOUT": "0"}, {"timeout": 1.0}),
    ({"PIP_DEFAULT_TIMEOUT": "soon"}, {"timeout": 15.0}),
    ({"PIP_NO_INDEX": "1"}, {"no_index": True}),
    ({"PIP_NO_INDEX": "0"}, {"no_index": False}),
    ({"PIP_INDEX_URL": ""}, {}),
]


@pytest.mark.parametrize(("environ", "expected"), ENVIRONMENT)
def test_the_environment(environ, expected):
    assert index_settings({"PIP_CONFIG_FILE": os.devnull, **environ}) == IndexSettings(**expected)


FILES = [
    ("", {}),
    ("[global]\nindex-url = https://a/%7Ex\n", {"index_url": "https://a/%7Ex"}),
    ("[global]\nindex_url = https://a/\n[install]\nindex-url = https://b/\n", {"index_url": "https://b/"}),
    ("[download]\nindex-url = https://b/\n[global]\nindex-url = https://a/\n", {"index_url": "https://b/"}),
    ("[list]\nindex-url = https://a/\n", {}),
    (
        "[global]\nextra-index-url =\n  file:///a\n  https://b/\n",
        {"extra_index_urls": ("file:///a", "https://b/")},
    ),
    (
        "\ufeff[global]\ntimeout = 33\ncert = /c.pem\nno-index = yes\n",
        {"timeout": 33.0, "verify": "/c.pem", "no_index": True},
    ),
]


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_a_configuration_file(tmp_path, text, expected):
    path = tmp_path / "pip.conf"
    path.write_text(text, encoding="utf-8")
    environ = {"PIP_CONFIG_FILE": str(path), "XDG_CONFIG_DIRS": str(tmp_path / "none")}
    ours = index_settings(environ)
    for name, value in expected.items():
        assert getattr(ours, name) == value


def test_the_order_of_precedence(tmp_path):
    for name, folder in (("xdg", "pip"), ("home", ".config/pip"), ("home", ".pip")):
        path = tmp_path / name / folder / "pip.conf"
        path.parent.mkdir(parents=True)
        path.write_text(f"[global]\nindex-url = https://{name}{folder}/\nproxy = http://{name}:1\n")
    named = tmp_path / "named.conf"
    named.write_text("[global]\nindex-url = https://named/\n")
    environ = {"XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    home = {"HOME": str(tmp_path / "home")}
    assert index_settings(environ).index_url == "https://xdgpip/"
    assert index_settings({**environ, **home}).index_url == "https://home.config/pip/"
    with_file = {**environ, **home, "PIP_CONFIG_FILE": str(named)}
    assert index_settings(with_file).index_url == "https://named/"
    assert index_settings(with_file).proxy == "http://xdg:1"  # the user's own file is not read then
    assert index_settings({**with_file, "PIP_INDEX_URL": "https://env/"}).index_url == "https://env/"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"index-url = https://me:s3cret@a/\n", r"pip.conf:1: pip's configuration cannot be parsed"),
        (b"[global]\nproxy = x\nproxy = https://me:s3cret@a/\n", "pip.conf:3: pip's configuration cannot"),
        (b"[global]\n\xff\xfe\n", "pip's configuration is not UTF-8"),
    ],
)
def test_a_broken_file_is_told_without_what_stands_in_it(tmp_path, content, message):
    path = tmp_path / "pip.conf"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        index_settings({"PIP_CONFIG_FILE": str(path)})
    assert "s3cret" not in str(caught.value)


def test_a_file_without_end_is_told_and_what_is_no_file_is_as_good_as_none(tmp_path):
    path = tmp_path / "pip.conf"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    with pytest.raises(
        ConfigError, match=r"pip.conf: cannot read pip's configuration: it has more than 1 MB"
    ):
        index_settings({"PIP_CONFIG_FILE": str(path)})
    path.unlink()
    path.symlink_to("/dev/zero")
    assert index_settings({"PIP_CONFIG_FILE": str(path)}).index_url is None


def test_where_files_are_looked_for():
    assert config_files({"PIP_CONFIG_FILE": "/dev/null"}) == ()
    linux = config_files({"HOME": "/h"}, platform="linux", prefix="/p")
    folders = ("/etc/xdg/pip", "/etc", "/h/.pip", "/h/.config/pip", "/p")
    assert linux == tuple(Path(folder, "pip.conf") for folder in folders)
    darwin = config_files({"HOME": "/h"}, platform="darwin", prefix="/p")
    assert Path("/h/Library/Application Support/pip/pip.conf") in darwin
    windows = config_files({"APPDATA": "/a", "USERPROFILE": "/u"}, platform="win32", prefix="/p")
    assert windows[-2:] == (Path("/a/pip/pip.ini"), Path("/p/pip.ini"))


def test_settings_never_show_credentials():
    settings = IndexSettings(
        index_url="https://me:s3cret@a/",
        extra_index_urls=("https://me:s3cret@b/",),
        proxy="http://me:s3cret@c",
    )
    assert "s3cret" not in repr(settings)
