"""The parts of `keepline flow play`: who the customer is, what was typed, the session, and the screen."""
