"""Mail in: the edges that take mail in, what a mail is read as, and which case it belongs to."""
