"""What the pages are made of: state, the operation handler, forms, components and messages."""
