"""Mail in from mailboxes on other servers, by IMAP: one session, one folder, at most one reader over all nodes."""
