"""Layers: functions with variables of their own, out of which models are made."""

import importlib
from typing import TYPE_CHECKING, Any

from glassbrook.keras.layers import experimental
from glassbrook.keras.layers.activation import ELU, Activation, LeakyReLU, ReLU, Softmax
from glassbrook.keras.layers.attention import (
    AdditiveAttention,
    Attention,
)
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.batch_normalization import (
    BatchNormalization,
)
from glassbrook.keras.layers.convenience import Identity, Lambda, Rescaling
from glassbrook.keras.layers.convolution import (
    Conv1D,
    Conv2D,
    Conv3D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
)
from glassbrook.keras.layers.dense import Dense
from glassbrook.keras.layers.depthwise_convolution import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from glassbrook.keras.layers.descriptions import (
    deserialize,
    serialize,
)
from glassbrook.keras.layers.dot import Dot, dot
from glassbrook.keras.layers.edges import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from glassbrook.keras.layers.einsum_dense import (
    EinsumDense,
)
from glassbrook.keras.layers.embedding import (
    Embedding,
)
from glassbrook.keras.layers.global_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from glassbrook.keras.layers.input import Input, InputLayer
from glassbrook.keras.layers.merging import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    maximum,
    minimum,
    multiply,
    subtract,
)
from glassbrook.keras.layers.multi_head_attention import (
    MultiHeadAttention,
)
from glassbrook.keras.layers.noise import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from glassbrook.keras.layers.normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from glassbrook.keras.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from glassbrook.keras.layers.prelu import (
    PReLU,
    ThresholdedReLU,
)
from glassbrook.keras.layers.preprocessing.hashing import (
    HashedCrossing,
    Hashing,
)
from glassbrook.keras.layers.preprocessing.images import (
    CenterCrop,
    Resizing,
)
from glassbrook.keras.layers.preprocessing.lookup import (
    IntegerLookup,
    StringLookup,
)
from glassbrook.keras.layers.preprocessing.numbers import (
    CategoryEncoding,
    Discretization,
    Normalization,
)
from glassbrook.keras.layers.preprocessing.random_images import (
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomHeight,
    RandomRotation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
)
from glassbrook.keras.layers.preprocessing.text import (
    TextVectorization,
)
from glassbrook.keras.layers.recurrent.bidirectional import Bidirectional
from glassbrook.keras.layers.recurrent.convolutional import (
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM3D,
)
from glassbrook.keras.layers.recurrent.distributed import TimeDistributed
from glassbrook.keras.layers.recurrent.gru import GRU, GRUCell
from glassbrook.keras.layers.recurrent.lstm import LSTM, LSTMCell
from glassbrook.keras.layers.recurrent.masking import Masking
from glassbrook.keras.layers.recurrent.rnn import RNN
from glassbrook.keras.layers.recurrent.simple import SimpleRNN, SimpleRNNCell
from glassbrook.keras.layers.recurrent.stacked import StackedRNNCells
from glassbrook.keras.layers.shaping import Flatten, Permute, RepeatVector, Reshape
from glassbrook.keras.layers.spec import InputSpec
from glassbrook.keras.layers.spectral import (
    SpectralNormalization,
)
from glassbrook.keras.layers.transposed_convolution import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
)
from glassbrook.keras.layers.wrapper import Wrapper

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "HashedCrossing",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomRotation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "experimental",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]


if not TYPE_CHECKING:  # so that a type checker still marks names that do not exist

    def __getattr__(name: str) -> Any:
        if name in ("Model", "Sequential"):  # TensorFlow 2.0 had them here, too
            return getattr(importlib.import_module("glassbrook.keras.models"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
