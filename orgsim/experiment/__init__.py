"""Experiments: sets of (scenario, replication) runs with a content address (DESIGN s.7)."""
