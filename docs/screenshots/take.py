"""The README's screenshots, from the app, with synthetic phantoms only.

python -m docs.screenshots.take
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.server import CHROMIUM, serving

HERE = Path(__file__).parent


def main() -> None:
    """Write empty, diagnose, evaluate, compare and models.png beside this file."""
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.url)
        page.get_by_text("Drop an image in").wait_for()
        page.locator(".engine").wait_for(state="detached", timeout=120_000)
        page.screenshot(path=HERE / "empty.png")
        page.get_by_role("button", name="Effusion").click()
        page.locator(".legend").wait_for(timeout=60_000)
        page.locator(".viewer:not([data-image=''])").wait_for()
        page.get_by_role("combobox", name="Heat map").click()
        page.get_by_role("option", name="Grad-CAM", exact=True).click()
        page.locator(".legend", has_text="Grad-CAM").wait_for()
        page.get_by_role("button", name="Test this map").click()
        page.locator(".map-test").wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "diagnose.png")
        page.goto(f"{server.url}/evaluate?model=chest-efficientnet")
        page.locator(".js-plotly-plot .legend").first.wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "evaluate.png")
        page.goto(f"{server.url}/compare")
        page.locator(".js-plotly-plot .legend").first.wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "compare.png")
        page.goto(f"{server.url}/models?model=chest-efficientnet")
        page.locator(".js-plotly-plot .legend").wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "models.png")
        browser.close()


if __name__ == "__main__":
    main()
