"""Run again the commands whose output stands in docs/explanations.md, and put what they print in its place.

    python -m studies.explanations.page [SECTION ...]

A block of the page that a command printed lies between a comment with the command and one that ends it; all else is
written by hand. SECTION: the module's name, as in `localisation`. Default: the two that need nothing but the
repository. What the others need stands in their own docstrings.
"""

import argparse
import re
import shlex
import subprocess
import sys

from meddx.config import ROOT

PAGE = ROOT / "docs" / "explanations.md"
FROM_THE_REPOSITORY = ("methods_table", "localisation")
BLOCK = re.compile(r"<!-- python -m (?P<command>studies\.\S+[^\n]*) -->\n(?P<body>.*?)<!-- end -->", flags=re.DOTALL)


def refreshed(text: str, sections: tuple[str, ...]) -> str:
    """Return the page's text with the blocks of these sections printed anew."""

    def block(match: re.Match[str]) -> str:
        module, *options = shlex.split(match["command"])
        if module.rpartition(".")[2] not in sections:
            return match[0]
        printed = subprocess.run(
            [sys.executable, "-m", module, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        return f"<!-- python -m {match['command']} -->\n{printed.strip()}\n<!-- end -->"

    return BLOCK.sub(block, text)


def sections(text: str) -> list[str]:
    """Return the names of the page's generated sections, in its order."""
    return [match["command"].split()[0].rpartition(".")[2] for match in BLOCK.finditer(text)]


def main() -> None:
    """Rewrite the page."""
    text = PAGE.read_text(encoding="utf-8")
    parser = argparse.ArgumentParser(description="Put anew into docs/explanations.md what commands print.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(sections(text))}")
    chosen = tuple(parser.parse_args().sections) or FROM_THE_REPOSITORY
    unknown = set(chosen) - set(sections(text))
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(sections(text))}")
    PAGE.write_text(refreshed(text, chosen), encoding="utf-8")


if __name__ == "__main__":
    main()
