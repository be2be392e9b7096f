"""Shocks: what happens to the organisation from outside, or what it does to itself at once.

A shock turns named dials or launches a source of demand; it never reaches inside a department.
"""
