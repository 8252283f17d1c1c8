"""Which phrases have to name the fault of each script.

A line of a script that ends in ``# mend:`` is the fault; what follows stands there in the mended
script, which nobody may complain about.
"""

from __future__ import annotations

ONE_HOT = ("one-hot", "class numbers")
TWICE = ("applied twice", "Leave out")
RAW = ("raw scores", "from_logits=True", "activation=")
PIXELS = ("from 0 to 255", "x / 255")
COLUMN = ("(20, 1)", "(20,)", "(20, 20)", "squeeze")

MISTAKES: dict[str, tuple[str, ...]] = {
    "column_against_row_accuracy": COLUMN,
    "column_against_row_cross_entropy": COLUMN,
    "column_against_row_function": COLUMN,
    "column_against_row_labels": COLUMN,
    "column_against_row_loss_class": ("(32, 1)", "(32,)", "(32, 32)", "squeeze"),
    "column_against_row_tape": COLUMN,
    "labels_for_binary": ("from 0 to 2", "sparse_categorical_crossentropy"),
    "labels_for_binary_function": ("from 0 to 3", "sparse_categorical_crossentropy"),
    "labels_from_one": ("label 3", "start at 1", "y - 1"),
    "labels_of_pixels": ("from 0 to 255", "y / 255.0"),
    "labels_of_signs": ("from -1 to 1", "hinge"),
    "logits_forgotten_dataset": RAW,
    "logits_forgotten_fit": RAW,
    "logits_forgotten_subclass": RAW,
    "logits_forgotten_tape": (*RAW, "'sigmoid'"),
    "logits_forgotten_values": RAW,
    "one_class": ("one output", "always 0", "binary_crossentropy"),
    "one_hot_forgotten_dataset": (*ONE_HOT, "tf.one_hot(y_true, 3)"),
    "one_hot_forgotten_fit": (*ONE_HOT, "sparse_categorical_crossentropy"),
    "one_hot_forgotten_mse": (*ONE_HOT, "tf.one_hot(y_true, 10)"),
    "one_hot_forgotten_tape": (*ONE_HOT, "tf.one_hot(y_true, 3)"),
    "one_hot_to_sparse_dataset": ("one-hot", "tf.argmax"),
    "one_hot_to_sparse_fit": ("one-hot", "'categorical_crossentropy'"),
    "one_hot_to_sparse_tape": ("one-hot", "'categorical_crossentropy'"),
    "out_of_reach_dataset": ("result of a relu, which is never below 0", "Leave out"),
    "out_of_reach_fit": ("from 0 to 255", "result of a sigmoid", "scale the labels"),
    "pixels_dataset": (*PIXELS, "Rescaling"),
    "pixels_fit": (*PIXELS, "Rescaling"),
    "pixels_flat_fit": PIXELS,
    "pixels_flipped": (*PIXELS, "Rescaling"),
    "pixels_function": PIXELS,
    "pixels_tape": PIXELS,
    "several_classes": ("classes at once", "binary_crossentropy"),
    "several_classes_softmax": ("classes at once", "activation='sigmoid'"),
    "sigmoid_twice_fit": ("sigmoid", *TWICE),
    "sigmoid_with_categorical_fit": ("sigmoid", "do not sum to 1", "'softmax'"),
    "sigmoid_with_categorical_tape": ("sigmoid", "do not sum to 1", "'softmax'"),
    "softmax_over_one_dataset": ("softmax over one unit", "sigmoid"),
    "softmax_over_one_fit": ("softmax over one unit", "sigmoid"),
    "softmax_twice_dataset": ("softmax", *TWICE),
    "softmax_twice_fit": ("softmax", *TWICE),
    "softmax_twice_function": ("softmax", *TWICE),
    "softmax_twice_layers": ("softmax", "twice", "Leave out one"),
    "softmax_twice_tape": ("softmax", "go through both", "Leave out"),
    "softmax_twice_values": ("probabilities", *TWICE),
    "stretched_outputs": ("is stretched", "one output per label"),
}

NUMPY = ("left the graph", "NumPy array or a Python number", "Use tf functions")
NOT_READ = ("was not read while the tape recorded", "inside of `with tf.GradientTape()`")
OUTSIDE = ("outside", "while the tape did not record", "with tf.GradientTape()")
NOT_WATCHED = ("not watched", "tape.watch(x)")

GRADIENTS: dict[str, tuple[str, ...]] = {
    "argmax": ("no gradient", "argmax", "positions"),
    "assigned": ("assigned", "Compute with the assigned tensor itself"),
    "assigned_add": ("assigned", "Compute with the assigned tensor itself"),
    "compared": ("no gradient", "greater", "comparison"),
    "copied_source": ("recomputed", "later value", "Differentiate with respect to the earlier one"),
    "disconnected": ("disconnected", "'offset'", *NOT_READ),
    "disconnected_layer": ("disconnected", "/kernel'", *NOT_READ),
    "disconnected_read": ("disconnected", "was not computed from the source"),
    "function_called_outside": NOT_READ,
    "function_integer": ("integer", "int32", "tf.cast(x, tf.float32)"),
    "function_not_watched": NOT_WATCHED,
    "function_numpy": NUMPY,
    "function_rounded": ("no gradient", "floor", "staircase"),
    "gradient_of_gradient": NUMPY,
    "index_only": ("integer", "cast", "int32"),
    "integer_between": ("integer", "cast", "uint8"),
    "integer_source": ("integer", "the source", "int32", "tf.cast(x, tf.float32)"),
    "integer_target": ("integer", "the target", "int32"),
    "layer_not_trainable": ("'features/kernel' is not trainable", "tape.watch"),
    "left_by_constant": NUMPY,
    "left_by_float": NUMPY,
    "left_by_numpy": NUMPY,
    "left_by_numpy_function": NUMPY,
    "model_weights_as_arrays": NUMPY,
    "not_trainable": ("'scale' is not trainable", "tape.watch"),
    "not_watched": NOT_WATCHED,
    "not_watched_between": ("not watched", "right after computing x"),
    "not_watched_image": NOT_WATCHED,
    "optimizer_no_gradients": ("no gradients", "slope", "tape.why_none"),
    "optimizer_some_gradients": ("no gradients", "offset", "tape.why_none"),
    "outside_after": OUTSIDE,
    "outside_after_shown": (*OUTSIDE, "the target, sqrt"),
    "outside_all": (*OUTSIDE, "'slope'"),
    "outside_before": OUTSIDE,
    "outside_before_shown": NOT_READ,
    "outside_paused": OUTSIDE,
    "recomputed_source": ("recomputed", "later value", "the earlier one"),
    "rounded": ("no gradient", "round", "staircase"),
    "sign": ("no gradient", "equal", "comparison"),
    "stopped": ("no gradient", "stop_gradient", "was asked for"),
    "used_twice": ("can only be used to compute one set", "persistent=True"),
    "variable_became_tensor": ("not watched", "w.assign_sub"),
    "watch_accessed_off": ("not watched", "watch_accessed_variables=False", "tape.watch"),
    "watched_too_late": ("watched too late", "before computing with x"),
}

DEAD = ("ReLU units of layer 'hidden' are dead", "lower learning rate")
SATURATED = ("outputs of layer 'hidden' are at a limit", "scaled to about [-1, 1]")

HEALTH: dict[str, tuple[str, ...]] = {
    "dead_relu": DEAD,
    "dead_relu_after_a_step": DEAD,
    "exploding": ("Gradients explode", "clipnorm=1.0"),
    "nan_in_a_gradient": ("in the gradient rule of sqrt", "gave inf", "tf.sqrt(square)"),
    "nan_in_a_layer": ("layer 'root'", "sqrt gave nan", "return tf.sqrt(inputs)"),
    "nan_in_the_data": ("the inputs themselves hold nan", "row 37 of the data"),
    "nan_learning_rate": ("inf in step 1 of epoch 6", "a lower learning rate"),
    "nan_log_of_zero": ("log gave -inf", "tf.math.log(y_pred))", "What went in: 0"),
    "nan_on_a_tape": ("div gave nan", "(scores / scale)"),
    "saturated_sigmoid": SATURATED,
    "saturated_tanh": SATURATED,
    "unconnected": ("No gradient reaches layer 'first'", "leave the layer out"),
    "vanishing": ("Gradients vanish", "layer 'dense'", "BatchNormalization"),
}
