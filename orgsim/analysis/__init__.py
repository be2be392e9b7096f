"""What the numbers mean: intervals, closed forms, and where the gains come from.

What for: pure functions of results. Nothing here runs a simulation or records a fact.
Reference: Law, Simulation Modeling and Analysis (5th edition), chapters 9-12.
"""
