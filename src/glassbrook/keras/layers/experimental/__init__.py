"""Names under which Keras 2 kept some layers before they were settled."""

from glassbrook.keras.layers.batch_normalization import BatchNormalization
from glassbrook.keras.layers.einsum_dense import EinsumDense
from glassbrook.keras.layers.experimental import preprocessing

__all__ = ["EinsumDense", "SyncBatchNormalization", "preprocessing"]

SyncBatchNormalization = BatchNormalization
