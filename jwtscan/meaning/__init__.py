"""What a program means: names resolved, values reached, the project joined, and what proves that it is Zoom's."""
