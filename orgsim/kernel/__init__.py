"""The kernel: clock and lean lane, luck, laws, servers and stock, dials, the journal.

What is modelled: nothing of the trade; no business word is used here (DESIGN s.2). Reference:
SimPy 4, whose environment the `World` extends.
"""
