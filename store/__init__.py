"""What is kept: ledger, raw mails, cases, outbox, events; `store.apply` is the one door to a change of a case."""
