"""What unit tests of charts are drawn in."""

import pytest

from orgsim.report import style


@pytest.fixture
def house_style():
    """The settings under which figures are drawn, restored afterwards."""
    with style.house_style():
        yield
