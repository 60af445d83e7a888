"""Template tag libraries of the site."""
