"""The names that course scripts call, by the module that has them: all of these must exist.

Counted in the code of public courses, documentation and books, with the families that they are
part of.
"""

from __future__ import annotations

__all__ = ["NAMES", "OLD_NAMES", "paths"]

NAMES: dict[str, str] = {
    "": """
        Tensor Variable GradientTape TensorShape TensorSpec DType UnconnectedGradients constant
        convert_to_tensor cast is_tensor identity stop_gradient custom_gradient zeros ones
        zeros_like ones_like fill eye range linspace one_hot meshgrid add subtract multiply divide
        truediv pow square sqrt exp abs sign negative round floor maximum minimum clip_by_value
        clip_by_norm clip_by_global_norm add_n sin cos tan asin acos atan sinh cosh tanh asinh acosh
        atanh atan2 sigmoid equal not_equal greater greater_equal less less_equal logical_and
        logical_or logical_not reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_any
        reduce_all reduce_logsumexp argmax argmin norm cumsum sort argsort unique reshape transpose
        expand_dims squeeze concat stack unstack split tile pad broadcast_to gather gather_nd
        scatter_nd where boolean_mask repeat reverse slice shape size rank matmul tensordot einsum
        newaxis bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
        string half double as_dtype executing_eagerly math nn random strings linalg data keras
        losses metrics optimizers errors dtypes nest initializers Module function print device
        name_scope cond while_loop case switch_case map_fn scan foldl py_function numpy_function
        TensorArray RaggedTensor unique_with_counts histogram_fixed_width tensor_scatter_nd_update
        tensor_scatter_nd_add sequence_mask random_normal_initializer
        constant_initializer zeros_initializer ones_initializer scalar_mul config test train summary
        image io lookup version autograph debugging compat __version__ control_dependencies group
        no_op ragged
    """,
    "math": """
        log exp log1p expm1 sqrt rsqrt square abs sign ceil floor round reciprocal sin cos tan tanh
        sigmoid softplus erf is_nan is_inf is_finite add subtract multiply divide divide_no_nan mod
        floormod floordiv pow maximum minimum equal greater less reduce_sum reduce_mean reduce_max
        reduce_min reduce_prod reduce_std reduce_variance reduce_logsumexp reduce_any reduce_all
        argmax argmin cumsum cumprod top_k in_top_k count_nonzero l2_normalize logical_and
        logical_or logical_xor logical_not squared_difference atan2 add_n segment_sum segment_mean
        segment_max segment_min unsorted_segment_sum unsorted_segment_mean confusion_matrix bincount
        zero_fraction cumulative_logsumexp polyval lgamma digamma igamma betainc erfinv log_sigmoid
        log_softmax softmax bessel_i0
    """,
    "nn": """
        relu relu6 leaky_relu sigmoid tanh softmax log_softmax elu selu gelu softplus softsign swish
        silu l2_loss l2_normalize dropout top_k bias_add moments sigmoid_cross_entropy_with_logits
        softmax_cross_entropy_with_logits sparse_softmax_cross_entropy_with_logits conv1d conv2d
        conv3d conv1d_transpose conv2d_transpose depthwise_conv2d separable_conv2d max_pool
        max_pool1d max_pool2d avg_pool avg_pool1d avg_pool2d batch_normalization embedding_lookup
        in_top_k weighted_cross_entropy_with_logits crelu local_response_normalization
        depth_to_space space_to_depth max_pool_with_argmax atrous_conv2d pool convolution
    """,
    "random": """
        normal uniform truncated_normal shuffle set_seed categorical Generator get_global_generator
        stateless_normal stateless_uniform stateless_truncated_normal stateless_categorical gamma
        poisson experimental fold_in split Algorithm
    """,
    "strings": """
        lower upper length join split substr strip as_string to_number regex_replace unicode_split
        unicode_decode unicode_encode bytes_split regex_full_match to_hash_bucket_fast format
        reduce_join ngrams
    """,
    "linalg": """
        matmul norm trace diag matrix_transpose eye inv det solve cholesky eigh svd qr lstsq pinv
        matrix_rank expm band_part set_diag diag_part tensor_diag slogdet logdet triangular_solve
        cross normalize lu einsum tensordot eigvalsh global_norm matvec l2_normalize adjoint
    """,
    "data": """
        Dataset AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY TFRecordDataset TextLineDataset
        FixedLengthRecordDataset Options experimental
    """,
    "errors": """
        InvalidArgumentError NotFoundError OutOfRangeError
    """,
    "nest": """
        flatten map_structure pack_sequence_as
    """,
    "keras": """
        Sequential Model Input layers models losses metrics optimizers initializers activations
        callbacks datasets utils regularizers backend KerasTensor Loss Metric Optimizer Variable
        Layer Initializer Regularizer constraints preprocessing mixed_precision ops random
    """,
    "keras.layers": """
        Layer Dense Flatten Activation Dropout Input InputLayer Conv2D Embedding BatchNormalization
        MaxPooling2D MaxPool2D LSTM Conv2DTranspose Conv1D Reshape TextVectorization Rescaling
        LayerNormalization ReLU GlobalAveragePooling2D Concatenate GRU Lambda MultiHeadAttention
        SimpleRNN LSTMCell Bidirectional LeakyReLU UpSampling2D ZeroPadding2D Add Softmax
        GlobalMaxPool2D SimpleRNNCell GRUCell StackedRNNCells RNN Conv3D SeparableConv2D
        DepthwiseConv2D MaxPooling1D MaxPool1D AveragePooling2D AvgPool2D AveragePooling1D
        GlobalMaxPooling2D GlobalMaxPooling1D GlobalAveragePooling1D Conv1DTranspose Permute
        RepeatVector Subtract Multiply Average Maximum Minimum Dot add concatenate multiply subtract
        average maximum dot Masking TimeDistributed PReLU ELU SpatialDropout1D SpatialDropout2D
        GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Cropping1D Cropping2D
        ZeroPadding1D UpSampling1D Attention AdditiveAttention Normalization Resizing RandomFlip
        RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomCrop
        CenterCrop StringLookup IntegerLookup CategoryEncoding Discretization Hashing EinsumDense
        GroupNormalization UnitNormalization Identity Wrapper InputSpec Convolution2D
        ThresholdedReLU SeparableConv1D
    """,
    "keras.models": """
        Sequential Model load_model clone_model model_from_json save_model
    """,
    "keras.optimizers": """
        Optimizer SGD Adam RMSprop get Adagrad Adadelta Adamax Nadam AdamW Ftrl Lion Lamb Adafactor
        schedules serialize deserialize
    """,
    "keras.losses": """
        Loss MeanSquaredError MeanAbsoluteError CategoricalCrossentropy
        SparseCategoricalCrossentropy BinaryCrossentropy KLDivergence Hinge Huber mse mae MSE MAE
        categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy kld KLD hinge
        huber get MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity LogCosh
        Poisson SquaredHinge CategoricalHinge BinaryFocalCrossentropy CategoricalFocalCrossentropy
        cosine_similarity
    """,
    "keras.metrics": """
        Metric Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy Mean
        MeanSquaredError get CategoricalCrossentropy BinaryCrossentropy
        SparseCategoricalCrossentropy Precision Recall AUC MeanAbsoluteError RootMeanSquaredError
        Sum TopKCategoricalAccuracy SparseTopKCategoricalAccuracy TruePositives FalsePositives
        TrueNegatives FalseNegatives MeanIoU F1Score CosineSimilarity KLDivergence MeanMetricWrapper
        Hinge binary_accuracy categorical_accuracy sparse_categorical_accuracy mse
    """,
    "keras.initializers": """
        Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal GlorotUniform GlorotNormal
        HeNormal HeUniform LecunNormal LecunUniform VarianceScaling get Orthogonal Identity
        glorot_uniform he_normal zeros ones constant random_normal random_uniform truncated_normal
        variance_scaling lecun_normal orthogonal
    """,
    "keras.callbacks": """
        Callback History EarlyStopping ModelCheckpoint CSVLogger LambdaCallback TensorBoard
        LearningRateScheduler ReduceLROnPlateau ProgbarLogger TerminateOnNaN BackupAndRestore
        RemoteMonitor CallbackList
    """,
    "keras.activations": """
        relu sigmoid tanh softmax elu selu gelu softplus swish linear exponential hard_sigmoid
        leaky_relu get softsign relu6 silu log_softmax mish hard_silu serialize deserialize
    """,
    "keras.utils": """
        to_categorical set_random_seed get_file plot_model pad_sequences normalize
        image_dataset_from_directory text_dataset_from_directory timeseries_dataset_from_array
        Sequence PyDataset Progbar load_img img_to_array array_to_img save_img
        register_keras_serializable custom_object_scope get_custom_objects serialize_keras_object
        deserialize_keras_object model_to_dot split_dataset clear_session CustomObjectScope
    """,
    "keras.datasets": """
        mnist fashion_mnist cifar10 cifar100 imdb boston_housing reuters california_housing
    """,
    "keras.backend": """
        clear_session epsilon floatx set_floatx set_epsilon image_data_format mean sum square exp
        log sqrt max abs clip cast dot shape int_shape concatenate random_normal ones zeros
        get_value expand_dims constant variable relu sigmoid softmax argmax equal round name_scope
    """,
    "losses": """
        MeanSquaredError SparseCategoricalCrossentropy mse MeanAbsoluteError BinaryCrossentropy
        CategoricalCrossentropy Huber Hinge KLDivergence CosineSimilarity categorical_crossentropy
    """,
    "metrics": """
        Mean Accuracy SparseCategoricalAccuracy
    """,
    "optimizers": """
        SGD Adam RMSprop Nadam schedules
    """,
    "initializers": """
        GlorotUniform zeros RandomNormal
    """,
    "Tensor": """
        shape dtype ndim
    """,
    "Variable": """
        assign assign_add assign_sub value read_value shape dtype name trainable
    """,
    "GradientTape": """
                 gradient jacobian batch_jacobian watch watched_variables stop_recording reset
    """,
    "data.Dataset": """
        from_tensor_slices from_tensors from_generator range zip batch shuffle map repeat take skip
        filter prefetch cache concatenate enumerate unbatch as_numpy_iterator element_spec
        cardinality apply padded_batch reduce flat_map interleave list_files window snapshot
        group_by_window bucket_by_sequence_length random scan take_while unique options with_options
        choose_from_datasets sample_from_datasets counter shard save load get_single_element
        ragged_batch
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
    "image": """
        resize flip_left_right flip_up_down random_flip_left_right random_flip_up_down random_crop
        central_crop crop_to_bounding_box pad_to_bounding_box crop_and_resize resize_with_pad
        resize_with_crop_or_pad rot90 transpose adjust_brightness adjust_contrast adjust_saturation
        adjust_hue adjust_gamma random_brightness random_contrast random_saturation random_hue
        rgb_to_grayscale grayscale_to_rgb rgb_to_hsv hsv_to_rgb convert_image_dtype
        per_image_standardization decode_image decode_jpeg decode_png encode_jpeg encode_png
        decode_gif decode_bmp extract_patches psnr ssim sobel_edges total_variation image_gradients
        draw_bounding_boxes non_max_suppression ResizeMethod
    """,
    "io": """
        read_file write_file decode_image decode_jpeg decode_png encode_jpeg encode_png decode_raw
        decode_csv matching_files gfile serialize_tensor parse_tensor TFRecordWriter
        parse_single_example parse_example FixedLenFeature VarLenFeature encode_base64 decode_base64
    """,
    "summary": """
        create_file_writer scalar histogram image text write flush record_if should_record_summaries
        trace_on trace_off trace_export SummaryWriter experimental create_noop_writer
    """,
    "train": """
        Checkpoint CheckpointManager latest_checkpoint Example Feature Features BytesList FloatList
        Int64List load_checkpoint list_variables get_checkpoint_state ExponentialMovingAverage
    """,
    "config": """
        list_physical_devices list_logical_devices get_visible_devices set_visible_devices
        experimental set_soft_device_placement get_soft_device_placement run_functions_eagerly
        functions_run_eagerly threading optimizer experimental_run_functions_eagerly
    """,
    "config.experimental": """
        set_memory_growth list_physical_devices get_memory_info
    """,
    "test": """
        is_gpu_available is_built_with_cuda gpu_device_name TestCase main compute_gradient
    """,
    "debugging": """
        assert_equal assert_shapes assert_greater assert_less assert_near check_numerics
        enable_check_numerics assert_rank
    """,
    "autodiff": """
        GradientTape ForwardAccumulator
    """,
    "lookup": """
        StaticHashTable KeyValueTensorInitializer StaticVocabularyTable TextFileInitializer
    """,
    "ragged": """
        constant range stack boolean_mask
    """,
    "RaggedTensor": """
        from_row_splits from_row_lengths from_value_rowids from_tensor to_tensor to_list row_lengths
        bounding_shape
    """,
    "sparse": """
        SparseTensor to_dense from_dense sparse_dense_matmul
    """,
    "data.experimental": """
        AUTOTUNE make_csv_dataset CsvDataset choose_from_datasets sample_from_datasets
    """,
    "data.TextLineDataset": """
        map batch
    """,
    "distribute": """
        MirroredStrategy OneDeviceStrategy get_strategy
    """,
    "keras.Model": """
        compile fit evaluate predict save save_weights load_weights summary get_layer to_json
        train_step test_step train_on_batch test_on_batch predict_on_batch metrics_names layers
        get_config from_config compute_loss reset_metrics add_loss
    """,
    "keras.optimizers.schedules": """
        ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay
        CosineDecayRestarts LearningRateSchedule
    """,
    "keras.regularizers": """
        L1 L2 L1L2 l1 l2 l1_l2 OrthogonalRegularizer Regularizer
    """,
    "keras.constraints": """
        MaxNorm NonNeg UnitNorm MinMaxNorm Constraint max_norm non_neg
    """,
    "keras.preprocessing.sequence": """
        pad_sequences skipgrams make_sampling_table TimeseriesGenerator
    """,
    "keras.preprocessing.image": """
        ImageDataGenerator load_img img_to_array array_to_img save_img
    """,
    "keras.mixed_precision": """
        set_global_policy Policy
    """,
    "keras.random": """
        normal uniform SeedGenerator randint dropout shuffle categorical truncated_normal
    """,
    "keras.ops": """
        matmul add mean sum reshape concatenate transpose softmax relu exp log shape cast
        convert_to_tensor expand_dims squeeze stack split max min argmax one_hot where square sqrt
        abs zeros ones arange
    """,
}


OLD_NAMES: dict[str, str] = {
    "": "squared_difference",
    "keras": "saving",
    "keras.layers.Layer": "add_variable",
    "keras.losses": "mean_squared_error mean_absolute_error",
    "keras.metrics": "mean_squared_error mean_absolute_error",
    "keras.metrics.Metric": "reset_states",
    "keras.Model": "fit_generator evaluate_generator predict_generator",
    "keras.preprocessing.text": """
        Tokenizer text_to_word_sequence one_hot hashing_trick tokenizer_from_json
    """,
    "keras.optimizers.legacy": "Adam SGD RMSprop",
    "compat.v1": "set_random_seed",
}
"""Names that older scripts use and TensorFlow 2.21 may have dropped."""


def paths(names: dict[str, str]) -> list[str]:
    """Dotted names below the package."""
    return [f"{space}.{name}".lstrip(".") for space, each in names.items() for name in each.split()]
