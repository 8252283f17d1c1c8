"""`tf.signal`: windows, frames and cosine transforms. Fourier transforms need complex numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassbrook.ops.signals import (
    dct,
    fftshift,
    frame,
    hamming_window,
    hann_window,
    idct,
    ifftshift,
    inverse_mdct,
    kaiser_bessel_derived_window,
    kaiser_window,
    linear_to_mel_weight_matrix,
    mdct,
    mfccs_from_log_mel_spectrograms,
    overlap_and_add,
    vorbis_window,
)

__all__ = [
    "dct",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "idct",
    "ifftshift",
    "inverse_mdct",
    "kaiser_bessel_derived_window",
    "kaiser_window",
    "linear_to_mel_weight_matrix",
    "mdct",
    "mfccs_from_log_mel_spectrograms",
    "overlap_and_add",
    "vorbis_window",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        reason = ""
        if "fft" in name or "stft" in name:
            reason = (
                ": Fourier transforms give complex numbers, which do not exist here. numpy.fft "
                "takes x.numpy(); tf.signal.dct gives real numbers"
            )
        raise AttributeError(f"module 'glassbrook.signal' has no attribute {name!r}{reason}.")
