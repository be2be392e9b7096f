"""The tests: a package in so many words, since Ciw installs a `tests` of its own beside it."""
