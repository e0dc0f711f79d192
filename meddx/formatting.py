"""Numbers as text: one way to write a decimal, a percentage and an interval, for pages, reports and commands."""

import math

NOT_DEFINED = "not defined"
SPACE = "\N{NO-BREAK SPACE}"
"""Between a number and its percent sign (SI brochure, section 5.4.7)."""


def decimal(value: float, digits: int = 3) -> str:
    """Return a number with that many decimals; "not defined" for NaN, the sign of infinity where it has no bound."""
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"
    return NOT_DEFINED if math.isnan(value) else f"{value:.{digits}f}"


def percent(share: float, digits: int = 0) -> str:
    """Return a share in [0, 1] in percent; "not defined" for NaN.

    Rounding never makes it certain: what is not exactly 0 or 1 and would round to it is "< 1 %" or "> 99 %" (of
    `digits` 1 "< 0.1 %" and "> 99.9 %").
    """
    if math.isnan(share):
        return NOT_DEFINED
    text, step = f"{100 * share:.{digits}f}", 10.0**-digits
    text = text.removeprefix("-") if float(text) == 0 else text
    if 0 < share < 1 and float(text) == 0:
        return f"<{SPACE}{step:.{digits}f}{SPACE}%"
    if 0 < share < 1 and float(text) == 100:
        return f">{SPACE}{100 - step:.{digits}f}{SPACE}%"
    return f"{text}{SPACE}%"


def probability(p: float, digits: int = 0) -> str:
    """Return a model's probability in percent: never 0 % or 100 %, since no model is certain and floats end at 1."""
    return percent(min(max(p, math.nextafter(0, 1)), math.nextafter(1, 0)), digits)


def span(low: float, high: float, digits: int = 3) -> str:
    """Return an interval of decimals; "not defined" where it has no limits."""
    return NOT_DEFINED if math.isnan(low) else f"{decimal(low, digits)} to {decimal(high, digits)}"


def percent_span(low: float, high: float, digits: int = 1) -> str:
    """Return an interval of shares in percent, the sign once; "not defined" where it has no limits."""
    return NOT_DEFINED if math.isnan(low) else f"{span(100 * low, 100 * high, digits)}{SPACE}%"


def signed(value: float, digits: int = 3) -> str:
    """Return a difference with its sign, a true minus; without one where it rounds to 0; "not defined" for NaN."""
    if math.isnan(value):
        return NOT_DEFINED
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def signed_limit(value: float, digits: int = 3) -> str:
    """Return a limit of a difference's interval as `signed` does, with more decimals where it would round to 0.

    At most 6 more: an interval that lies beside 0 then does not read as one that holds it.
    """
    more = next((more for more in range(7) if round(value, digits + more) != 0), 0) if math.isfinite(value) else 0
    return signed(value, digits + more)
