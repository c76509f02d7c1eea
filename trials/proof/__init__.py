"""The proof of a trial: canonical data, its signature, its chain and its PDF; values in, values out."""
