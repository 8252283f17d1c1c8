"""What is recorded when layers and operations are called on placeholders instead of tensors."""
