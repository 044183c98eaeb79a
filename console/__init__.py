"""The console: Flask for people. Operators watch campaigns; managers work off their work orders."""
