"""The names that scripts use, most used first, exist on both sides."""

from __future__ import annotations

import functools

import pytest

from tests.parity.support import glassbrook, tensorflow

NAMES = {
    "": """
        Tensor Variable GradientTape TensorShape TensorSpec DType UnconnectedGradients
        constant convert_to_tensor cast is_tensor identity stop_gradient custom_gradient
        zeros ones zeros_like ones_like fill eye range linspace one_hot meshgrid
        add subtract multiply divide truediv pow square sqrt exp abs sign negative round floor
        maximum minimum clip_by_value clip_by_norm clip_by_global_norm add_n
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2 sigmoid
        equal not_equal greater greater_equal less less_equal
        logical_and logical_or logical_not
        reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_any reduce_all
        reduce_logsumexp argmax argmin norm cumsum sort argsort unique
        reshape transpose expand_dims squeeze concat stack unstack split tile pad broadcast_to
        gather gather_nd scatter_nd where boolean_mask repeat reverse slice shape size rank
        matmul tensordot einsum newaxis
        bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 string
        half double as_dtype executing_eagerly
        math nn random strings linalg data keras losses metrics optimizers errors dtypes nest
        initializers
    """,
    "math": """
        log exp log1p expm1 sqrt rsqrt square abs sign ceil floor round reciprocal
        sin cos tan tanh sigmoid softplus erf is_nan is_inf is_finite add subtract multiply divide
        divide_no_nan mod floormod floordiv pow maximum minimum equal greater less
        reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_std reduce_variance
        reduce_logsumexp reduce_any reduce_all argmax argmin cumsum cumprod top_k in_top_k
        count_nonzero l2_normalize logical_and logical_or logical_xor logical_not
        squared_difference atan2 add_n
    """,
    "nn": """
        relu relu6 leaky_relu sigmoid tanh softmax log_softmax elu selu gelu softplus softsign
        swish silu l2_loss l2_normalize dropout top_k bias_add moments
        sigmoid_cross_entropy_with_logits softmax_cross_entropy_with_logits
        sparse_softmax_cross_entropy_with_logits
    """,
    "random": """
        normal uniform truncated_normal shuffle set_seed categorical Generator
        get_global_generator stateless_normal stateless_uniform
    """,
    "strings": """
        lower upper length join split substr strip as_string to_number regex_replace
    """,
    "linalg": "matmul norm trace diag matrix_transpose eye",
    "data": "Dataset AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
    "errors": "InvalidArgumentError NotFoundError OutOfRangeError",
    "nest": "flatten map_structure pack_sequence_as",
    "keras": """
        Sequential Model Input layers models losses metrics optimizers initializers activations
        callbacks datasets utils regularizers backend
    """,
    "keras.layers": "Layer Dense Flatten Activation Dropout Input InputLayer",
    "keras.models": "Sequential Model load_model",
    "keras.optimizers": "Optimizer SGD Adam RMSprop get",
    "keras.losses": """
        Loss MeanSquaredError MeanAbsoluteError CategoricalCrossentropy
        SparseCategoricalCrossentropy BinaryCrossentropy KLDivergence Hinge Huber
        mse mae MSE MAE categorical_crossentropy sparse_categorical_crossentropy
        binary_crossentropy kld KLD hinge huber get
    """,
    "keras.metrics": """
        Metric Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy Mean
        MeanSquaredError get
    """,
    "keras.initializers": """
        Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal GlorotUniform GlorotNormal
        HeNormal HeUniform LecunNormal LecunUniform VarianceScaling get
    """,
    "keras.callbacks": """
        Callback History EarlyStopping ModelCheckpoint CSVLogger LambdaCallback
    """,
    "keras.activations": """
        relu sigmoid tanh softmax elu selu gelu softplus swish linear exponential hard_sigmoid
        leaky_relu get
    """,
    "keras.utils": "to_categorical set_random_seed",
    "keras.datasets": "mnist fashion_mnist",
    "keras.backend": "clear_session epsilon floatx",
    "losses": "MeanSquaredError SparseCategoricalCrossentropy mse",
    "metrics": "Mean Accuracy SparseCategoricalAccuracy",
    "optimizers": "SGD Adam RMSprop",
    "initializers": "GlorotUniform zeros RandomNormal",
    "Tensor": "shape dtype ndim",
    "Variable": "assign assign_add assign_sub value read_value shape dtype name trainable",
    "GradientTape": """
        gradient jacobian batch_jacobian watch watched_variables stop_recording reset
    """,
    "data.Dataset": """
        from_tensor_slices from_tensors from_generator range zip batch shuffle map repeat take
        skip filter prefetch cache concatenate enumerate unbatch as_numpy_iterator element_spec
        cardinality apply padded_batch reduce flat_map
    """,
    "keras.Sequential": """
        add pop compile fit evaluate predict train_on_batch test_on_batch predict_on_batch
        summary build get_weights set_weights save save_weights load_weights get_layer
        count_params layers weights trainable_variables trainable_weights non_trainable_variables
        input_shape output_shape trainable
    """,
    "keras.layers.Layer": """
        build call add_weight weights trainable_weights trainable_variables
        non_trainable_variables get_weights set_weights count_params get_config trainable
    """,
}

PATHS = [f"{space}.{name}".lstrip(".") for space, names in NAMES.items() for name in names.split()]


def found(framework, path: str) -> bool:
    try:
        functools.reduce(getattr, path.split("."), framework)
    except AttributeError:
        return False
    return True


@pytest.mark.parametrize("path", PATHS)
def test_names(path):
    assert found(tensorflow, path), "the row is wrong: TensorFlow has no such name"
    assert found(glassbrook, path)
