"""The commands, one module each; `casepost.cli` loads the one that is called."""
