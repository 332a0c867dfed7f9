"""How the documents are built: ``make docs``."""

from costsvc import __version__

project = "costsvc"
author = "The costsvc contributors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!costsvc\.).*")]  # other projects' indexes would have to be downloaded
napoleon_use_ivar = True
exclude_patterns = ["_build"]
