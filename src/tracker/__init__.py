"""Follow what policy documents oblige their owners to do."""

__version__ = "0.1.0"
