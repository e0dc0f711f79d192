"""What docs/your-model-zoo.md is made from."""
