"""The agencies' programs: /api/v1/submissions. The same pipeline as the page and the command, behind tokens."""
