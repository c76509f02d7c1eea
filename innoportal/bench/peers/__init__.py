"""Other ways to find what fits, judged beside the engine on the same sets. No part of the product."""
