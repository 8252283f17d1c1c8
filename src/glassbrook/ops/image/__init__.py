"""Images: sizes, colours, crops and flips, measures of likeness, and image files."""
