"""The departments, one file each: its configuration, its process, its meaning."""
