"""The time axis: calendar weeks with the names of their months.

Positions are weeks since the start of the measured time (x = 0 is a Monday). A tick stands where
a month begins and says the month and its ISO calendar week; the year is named when it changes.
"""

from __future__ import annotations

from datetime import date, timedelta

from matplotlib.axes import Axes

from orgsim.report.wording import MONTHS, short_date


def calendar_axis(axes: Axes, start: date, weeks: int, *, labels: int = 5) -> None:
    """Set limits and at most about `labels` ticks of the x axis for `weeks` weeks from `start`."""
    axes.set_xlim(0.0, max(weeks, 1))
    marks = _mondays(start, weeks, labels - 1) if weeks <= 9 else _months(start, weeks, labels)
    names: list[str] = []
    year = start.year
    for x, name in marks:
        day = start + timedelta(days=round(x * 7))
        suffix = f"'{day.year % 100:02d}" if day.year != year else ""
        year = day.year
        word = "" if names else "wk "
        names.append(f"{name}{suffix}\n{word}{day.isocalendar().week}")
    axes.set_xticks([x for x, _ in marks], names)


def _mondays(start: date, weeks: int, labels: int) -> list[tuple[float, str]]:
    step = max(1, -(-weeks // labels))
    return [(float(w), short_date(start + timedelta(weeks=w))) for w in range(0, weeks, step)]


def _months(start: date, weeks: int, labels: int) -> list[tuple[float, str]]:
    end = start + timedelta(weeks=weeks)
    months = (end.year - start.year) * 12 + end.month - start.month
    # Round steps of the year keep the same months on every chart.
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24) if months / s <= labels), -(-months // labels))
    found = []
    for count in range(months + 1):
        year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
        x = (date(year, month + 1, 1) - start).days / 7.0
        is_marked = month % step == 0 if step <= 12 else count % step == 0
        if is_marked and 0.0 <= x <= weeks * 0.97:
            found.append((x, MONTHS[month]))
    return found
