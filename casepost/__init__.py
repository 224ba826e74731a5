"""What people touch: the command line, the configuration and the service that wires the rooms together."""

__version__ = "0.1.0"
