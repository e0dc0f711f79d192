"""What a model is: its card, its place in models/, its architecture, its loaded form."""
