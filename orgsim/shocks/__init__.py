"""Shocks: what happens to the organisation from outside, or what it does to itself at once.

A shock turns named dials, launches a source of demand, or lets people leave and goods come back;
it never reaches inside a department.
"""
