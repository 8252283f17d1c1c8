"""Callbacks: objects that are told how training goes on, and may change its course."""

from glassbrook.keras.callbacks.averages import SwapEMAWeights
from glassbrook.keras.callbacks.backup import BackupAndRestore
from glassbrook.keras.callbacks.base import Callback, LambdaCallback
from glassbrook.keras.callbacks.checkpoint import ModelCheckpoint
from glassbrook.keras.callbacks.csv_logger import CSVLogger
from glassbrook.keras.callbacks.gradient_health import GradientHealth
from glassbrook.keras.callbacks.listeners import CallbackList, History
from glassbrook.keras.callbacks.progress import ProgbarLogger
from glassbrook.keras.callbacks.remote import RemoteMonitor
from glassbrook.keras.callbacks.schedules import LearningRateScheduler, ReduceLROnPlateau
from glassbrook.keras.callbacks.stopping import EarlyStopping, TerminateOnNaN
from glassbrook.keras.callbacks.tensorboard import TensorBoard

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "GradientHealth",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
