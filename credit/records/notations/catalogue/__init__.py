"""One small file and one dated table a notation. Whatever is here is found by itself."""
