"""The page's API, for what people do in the workspace: JSON over `/_page/*`. Tests use it, too."""
