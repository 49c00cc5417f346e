"""Reading files: programs to the IR, settings and manifests to keys with spans."""
