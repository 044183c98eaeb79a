"""What Keepline costs, each path measured against its baseline in the same run: `scripts/bench`."""
