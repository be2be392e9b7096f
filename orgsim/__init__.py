"""orgsim: a discrete-event simulation of an organisation under demand shocks."""

__version__ = "0.1.0"

__all__ = ["__version__"]
