"""The configuration: which file holds, what its keys mean, where a value comes from. Knows no options or screens."""
