"""A pretend carrier, billing system and customers, speaking Twilio's own HTTP API, in virtual time."""
