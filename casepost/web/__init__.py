"""The web process: what is seen of casepost over HTTP."""
