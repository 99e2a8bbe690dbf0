"""Steps of the toy box."""
