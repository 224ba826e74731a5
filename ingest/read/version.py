"""The version of the reader, on its own: who only asks for it need not load all that reads."""

READER_VERSION = 2
