"""JPEG files, before they are decoded and where they end too early."""
