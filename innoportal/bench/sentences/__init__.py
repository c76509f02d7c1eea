"""How often the two sentences that an explanation shows are those that carry the link."""
