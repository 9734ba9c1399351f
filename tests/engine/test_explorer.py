"""The explorer: one page for people in development, that asks nothing of anybody else."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from schema.engine import EngineSettings, Example
from schema.engine.explorer import explorer_page
from tests.engine.toy import Served, serving

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def test_a_browser_sees_the_explorer_where_it_is_on() -> None:
    example = Example("Hello", "{ hello }", '{"a": "</script>茶"}')
    async with (
        serving(EngineSettings(explorer=True), examples=[example]) as served,
        httpx2.AsyncClient(trust_env=False) as http,
    ):
        page = await http.get(served.http, headers=BROWSER)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert '"name":"Hello"' in page.text
        assert page.text.count("</script>") == 1
        asked = await http.get(served.http, headers=BROWSER, params={"query": "{ hello }"})
        assert asked.json() == {"data": {"hello": "hello world"}}


async def test_there_is_no_explorer_unless_it_is_on(server: Served) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(server.http, headers=BROWSER)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_the_page_asks_nothing_of_any_other_host() -> None:
    page = explorer_page([]).decode().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|\bimport\b|\bsrc=|@import|url\(", page)


def test_the_script_of_the_page_is_sound(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs Node.js to read the script")
    script = tmp_path / "explorer.js"
    page = explorer_page([Example("a", "{ a }")]).decode()
    script.write_text(page.partition("<script>")[2].partition("</script>")[0])
    checked = subprocess.run(["node", "--check", script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_word_of_the_page_is_said_in_both_languages() -> None:
    page = explorer_page([]).decode()
    dictionaries = re.findall(r"(?:en|zh): \{(.*?)\n  \},", page, re.DOTALL)
    english, chinese = (set(re.findall(r"(?:, |\n\s*)(\w+): '", words)) for words in dictionaries)
    assert english == chinese
    asked_for = set(re.findall(r"say\('(\w+)'\)", page)) | set(re.findall(r'data-say="(\w+)"', page))
    assert asked_for <= english
