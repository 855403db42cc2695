"""Reports of measurements and training runs: HTML pages of one file each, by Jinja2 templates."""
