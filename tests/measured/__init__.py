"""What `make bench` measures alone in a process: no peers, no generator."""
