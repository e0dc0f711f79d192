"""Fill the templates of the reports; Jinja2 escapes every text that is not Markup."""

from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from meddx import __version__
from meddx.config import RESEARCH_USE

NOT_STATED = "not stated"
_TEMPLATES = Environment(
    loader=PackageLoader("meddx.export"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(not_stated=NOT_STATED, research_use=RESEARCH_USE, version=__version__)


def render_report(template: str, made: datetime | None, **values: object) -> str:
    """Return the HTML document. template: a file in templates/; made: time of writing, stated in UTC; default now.

    values: what the template names. Raises jinja2.UndefinedError where one is missing.
    """
    at = (made or datetime.now(UTC)).astimezone(UTC)
    return _TEMPLATES.get_template(template).render(values, made=f"{at:%Y-%m-%d %H:%M} UTC")
