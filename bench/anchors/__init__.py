"""The other ways to do the same work, as plainly as their own documentation shows them."""
