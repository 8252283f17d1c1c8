"""Files and the formats of data: records, examples, serialized tensors, CSV and JSON."""
