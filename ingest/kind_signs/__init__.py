"""Tables of signs by which automatic mail is told from people's, each with its own examples; `ingest.kind` decides."""
