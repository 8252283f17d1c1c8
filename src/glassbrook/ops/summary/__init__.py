"""Values written down while a program runs, for TensorBoard to show."""
