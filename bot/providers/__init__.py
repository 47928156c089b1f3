"""Outside systems, one folder each, and the registry of them. README.md in this folder says how to add one.

provider   what a provider is: its row in the registry, and the parts that it opens
registry   the rows, and what is asked of all of them: settings, names, checks
chosen     the parts that the settings choose, each provider opened once for a process
"""
