"""Configuration: YAML and command line -> plain data -> strictly validated, frozen models.

`base` is what every part's own model is built from, `schema` the whole scenario, `scenario_file`
the guarded reader of a user's file, `compose` the only door to Hydra, `catalogue` what exists.

Reference: DESIGN.md s.6.
"""
