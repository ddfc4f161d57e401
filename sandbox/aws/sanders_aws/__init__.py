"""An AWS emulator that follows AWS's own rules: moto, and what moto leaves out."""
