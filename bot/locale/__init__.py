"""The gettext catalogues, one .po per language, compiled in memory."""
