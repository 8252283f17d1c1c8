"""`tf.data`: datasets that feed training, made from arrays, generators and files."""

from glassbrook.data import experimental
from glassbrook.data.dataset import Dataset
from glassbrook.data.fixed_length import FixedLengthRecordDataset
from glassbrook.data.iterator import Iterator, NumpyIterator
from glassbrook.data.options import Options, ThreadingOptions
from glassbrook.data.plans.plan import INFINITE as INFINITE_CARDINALITY
from glassbrook.data.plans.plan import UNKNOWN as UNKNOWN_CARDINALITY
from glassbrook.data.rearranging import AUTOTUNE
from glassbrook.data.records import TFRecordDataset
from glassbrook.data.spec import DatasetSpec, TensorSpec
from glassbrook.data.text import TextLineDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
    "Options",
    "TFRecordDataset",
    "TensorSpec",
    "TextLineDataset",
    "ThreadingOptions",
    "experimental",
]
