"""What the page is made of: access, the data layer, answers, commands and words."""
