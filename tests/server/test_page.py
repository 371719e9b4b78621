"""The page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from .browser import Visit, browser, visiting
from .conftest import File
from .process import ORDERS, Serve, Server

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def visit(chromium: Any, orders_server: Server) -> Iterator[Visit]:
    with visiting(chromium, orders_server.url) as visit:
        visit.open()
        visit.rows(6)
        yield visit


def test_typing_a_query_shows_rows(visit: Visit) -> None:
    visit.page.locator("#q").type("city:Gent status:DONE")
    assert visit.rows(1)[0][:4] == ["4", "DONE", "Ann", "Gent"]
    assert visit.page.locator("#count").inner_text() == "1 item"
    visit.page.locator("#q").fill("")
    visit.rows(6)


def test_an_error_is_underlined_at_its_place(visit: Visit) -> None:
    visit.page.locator("#q").fill('customer:"😀" OR statu:OPEN')
    mark = visit.page.locator(".underlay mark")
    mark.wait_for()
    assert mark.inner_text() == "statu"
    message = visit.page.locator("#q-problem").inner_text()
    assert "there is no field statu" in message
    assert "did you mean status?" in message
    assert visit.page.locator("#q").get_attribute("aria-invalid") == "true"
    # The mark stands where the text is: both are laid out alike.
    places = visit.page.evaluate(
        """() => {
          const q = document.getElementById("q"), underlay = q.parentElement.querySelector(".underlay");
          const style = (of) => ["font", "padding", "border-width", "white-space", "width", "letter-spacing"]
            .map((name) => getComputedStyle(of).getPropertyValue(name));
          const [a, b] = [q.getBoundingClientRect(), underlay.getBoundingClientRect()];
          return [style(q), style(underlay), [a.x, a.y], [b.x, b.y]];
        }"""
    )
    assert places[0] == places[1]
    assert places[2] == places[3]
    visit.page.locator("#q").fill("status:OPEN")
    visit.rows(2)
    assert mark.count() == 0
    assert visit.page.locator("#q-problem").inner_text() == ""


def test_errors_of_all_parameters_are_shown_together(visit: Visit) -> None:
    visit.page.locator("#sort").fill("prize")
    visit.page.locator("#fields").fill("id,citi")
    visit.page.locator("#fields-problem").filter(has_text="did you mean city?").wait_for()
    assert "did you mean price?" in visit.page.locator("#sort-problem").inner_text()
    assert visit.page.locator(".underlay mark").all_inner_texts() == ["prize", "citi"]


def test_an_error_at_the_end_is_underlined_too(visit: Visit) -> None:
    visit.page.locator("#q").fill("status:")
    visit.page.locator(".underlay mark").wait_for()


def test_completion_inserts(visit: Visit) -> None:
    page = visit.page
    page.locator("#q").type("stat")
    assert visit.suggestions()[0] == "status:"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#q").input_value() == "status:"
    assert {"~", "exists"} <= set(visit.suggestions())
    page.locator("#q").type("OPEN q")
    assert "qty:" in visit.suggestions()
    page.locator(".suggestions:visible li").filter(has_text="qty:").click()
    assert page.locator("#q").input_value() == "status:OPEN qty:"
    page.locator("#q").type(">=3")
    assert visit.rows(1)[0][0] == "1"
    page.locator("#sort").type("pri")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.locator("#sort").input_value() == "price"
    page.locator("#sort").type(":")
    assert visit.suggestions() == ["asc", "desc"]


def test_the_keyboard_alone_is_enough(chromium: Any, serve: Serve) -> None:
    with visiting(chromium, serve(ORDERS, "--page-size", "2").url) as visit:
        visit.open()
        page = visit.page
        visit.rows(2)
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("Control+Space")
        assert page.locator("#q").get_attribute("aria-expanded") == "true"
        chosen = page.locator("#q").get_attribute("aria-activedescendant")
        assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
        page.keyboard.press("Escape")
        assert page.locator("#q").get_attribute("aria-expanded") == "false"
        page.keyboard.type("qty:>=3")
        page.keyboard.press("Enter")
        page.locator("#count").filter(has_text="5 items").wait_for()
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "next":
                break
        page.keyboard.press("Enter")
        visit.first("4")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.id") == "previous"
        page.keyboard.press("Enter")
        visit.first("1")


def test_a_header_sorts(visit: Visit) -> None:
    button = visit.page.get_by_role("button", name="price")
    button.click()
    visit.first("4")
    visit.page.get_by_role("button", name="price ↑").click()
    visit.first("3")
    assert visit.page.locator("#sort").input_value() == "price:desc"


def test_the_request_is_shown_and_can_be_shared(visit: Visit) -> None:
    visit.page.locator("#q").fill('customer:~"n\'" OR qty:>10')
    visit.rows(2)
    url = visit.page.locator("#url").inner_text()
    assert url.startswith(f"{visit.url}/orders?q=")
    assert "'" not in url
    assert visit.page.locator("#curl").inner_text().endswith(f"'{url}'")
    visit.page.reload()
    visit.rows(2)
    assert visit.page.locator("#q").input_value() == 'customer:~"n\'" OR qty:>10'


def test_the_meaning_is_in_words_and_in_sql(visit: Visit) -> None:
    visit.page.locator("#q").fill("status:OPEN")
    visit.page.locator("#words").filter(has_text='status is the string "OPEN"').wait_for()
    visit.page.get_by_text("In SQL").click()
    assert "SELECT" in visit.page.locator("#sql").inner_text()


def test_the_sql_is_that_of_the_page_that_is_shown(visit: Visit) -> None:
    visit.page.locator("#pageSize").select_option("5")
    visit.rows(5)
    visit.page.locator("#next").click()
    visit.rows(1)
    visit.page.get_by_text("In SQL").click()
    visit.page.locator("#sql").filter(has_text="LIMIT 6").filter(has_text=re.compile("key.* > ")).wait_for()


def test_it_fits_a_phone(chromium: Any, orders_server: Server) -> None:
    with visiting(chromium, orders_server.url, viewport={"width": 360, "height": 740}, has_touch=True) as visit:
        visit.open("?q=customer:" + "x" * 300)
        visit.page.locator("#count").filter(has_text="0 items").wait_for()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        visit.page.locator("#q").fill("")
        visit.rows(6)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_readable(chromium: Any, orders_server: Server, scheme: str) -> None:
    with visiting(chromium, orders_server.url, color_scheme=scheme) as visit:
        visit.open("?q=statu:1")
        visit.page.locator("#q-problem").filter(has_text="no field").wait_for()
        background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (luminance(background) > 0.5) == (scheme == "light")
        for selector in ("body", "a", "small", "#q-problem", ".keys"):
            color = visit.page.evaluate("s => getComputedStyle(document.querySelector(s)).color", selector)
            light, dark = sorted((luminance(color), luminance(background)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, selector


def test_text_of_documents_is_never_markup(chromium: Any, serve: Serve, file: File) -> None:
    documents = [
        {"id": HOSTILE, HOSTILE: HOSTILE, "nested": {"a": [HOSTILE]}, "kind": "javascript:alert(3)"},
        {"id": "javascript:alert(4)", "</td><b>": "</textarea><b>"},
    ]
    with visiting(chromium, serve(file("hostile.json", documents)).url) as visit:
        visit.open()
        texts = {text for row in visit.rows(2) for text in row}
        assert {HOSTILE, "</textarea><b>"} <= texts
        for query in (HOSTILE, f'id:"{HOSTILE}"', f"{HOSTILE}:1", 'id:"</textarea>'):
            visit.page.locator("#q").fill(query)
            visit.page.wait_for_timeout(400)
        visit.page.locator("#q").fill("")
        visit.page.keyboard.press("Control+Space")
        visit.page.wait_for_timeout(200)
        assert visit.page.locator("img, b, body script").count() == 0
        for link in visit.page.locator("#items a").all():
            assert (link.get_attribute("href") or "").startswith("/hostile/")


def test_collections_can_be_chosen(chromium: Any, serve: Serve, file: File) -> None:
    with visiting(chromium, serve(ORDERS, file("people.json", [{"id": 1, "name": "Ann"}])).url) as visit:
        visit.open("?collection=people")
        assert visit.rows(1) == [["1", "Ann"]]
        visit.page.locator("#collection").select_option("orders")
        visit.rows(6)


def luminance(color: str) -> float:
    """The relative luminance of a CSS colour, as WCAG defines it."""
    channels = [int(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(", ")]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
