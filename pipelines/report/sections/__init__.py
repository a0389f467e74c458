"""The page's sections, one a file; each is a function from the findings to markup, or to nothing."""
