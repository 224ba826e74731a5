"""Who wrote a mail, as far as it is proved: SPF, DKIM, DMARC and ARC, or what a trusted relay says of them.

`check.py` is the door. Everything slow to import is imported when the first mail needs it.
"""
