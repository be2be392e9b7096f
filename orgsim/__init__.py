"""orgsim: a discrete-event simulation of an organisation under demand shocks.

From Python, the same two steps as on the command line:

    journal = orgsim.simulate(orgsim.resolve("untapped_niche_campaign").scenario, 0)

The public names are the ones in `__all__`; all else may change without notice. They are loaded when
they are first used, so that `orgsim --help` need not wait for a library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from orgsim.errors import ConfigError, ModelError, OrgsimError, ResultError

if TYPE_CHECKING:
    from orgsim.config.compose import resolve
    from orgsim.config.schema import Scenario
    from orgsim.organisation import simulate

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "ModelError",
    "OrgsimError",
    "ResultError",
    "Scenario",
    "__version__",
    "resolve",
    "simulate",
]

_HOME = {
    "Scenario": "orgsim.config.schema",
    "resolve": "orgsim.config.compose",
    "simulate": "orgsim.organisation",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it, at its first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'orgsim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
