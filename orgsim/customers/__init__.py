"""The customers: who they are, what they expect, what they make of it, what they do next."""
