"""Pictures, voices and clips of people who do not exist, drawn from numbers alone."""
