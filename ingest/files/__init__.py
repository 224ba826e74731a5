"""What stands in attached files: documents as text, and pictures by text recognition. Each reader is octets to text."""
