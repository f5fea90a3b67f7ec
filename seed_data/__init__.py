"""The seed library: exercises and program templates, each with its sources, as YAML."""
