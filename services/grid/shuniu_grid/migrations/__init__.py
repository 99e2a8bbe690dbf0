"""Steps of the grid database, in order."""
