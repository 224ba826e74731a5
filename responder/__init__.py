"""Mail out: what is due is rendered, composed, kept in the outbox and delivered."""
