"""What happens when parts of the site are killed."""
