"""What calls need beyond one action of their own name, one module per service."""
