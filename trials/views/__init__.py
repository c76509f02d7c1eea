"""The pages of trials, reports and their verification."""
