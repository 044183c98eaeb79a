"""A rehearsal of a whole campaign: all processes, the virtual clock's driver, and the books at the end."""
