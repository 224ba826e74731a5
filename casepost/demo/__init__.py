"""`casepost demo`: a whole conversation over real SMTP, told while it happens, with a service of its own.

`play` is the story, `letters` are the mails people write in it, `inbox` is where everybody's mail arrives; `watch` sees
in the store and in the inbox what became of a mail, and `timeline` tells it: from there, never from the story.
"""
