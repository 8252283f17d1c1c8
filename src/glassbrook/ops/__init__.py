"""Public functions by family, with TensorFlow's names and signatures."""
