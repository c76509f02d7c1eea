"""The guided writer: one question on a page, kept as it is typed. What it asks is its room's to say."""
