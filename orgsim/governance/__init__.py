"""The organisation itself: who tells whom, who is paid for what, who may decide.

A governance design is only numbers over the same mechanisms (MODEL s.0.1).
"""
