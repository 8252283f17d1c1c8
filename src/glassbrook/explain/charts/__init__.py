"""Pictures of data, training and models; each function stands in a file of its own."""
