"""Start-up without TensorFlow and without noise. Import this before anything of Rasa.

Rasa's default recipe imports TensorFlow whatever the pipeline (about 10 s and 400 MB). Nothing in our
pipeline uses it, so a finder answers those imports with empty modules whose every name is a class that
refuses to be used. See docs/adr/0021-engine-without-tensorflow.md.
"""

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import types
import warnings
from collections.abc import Sequence
from typing import Any

ABSENT = ("tensorflow", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "keras")


class _AbsentMeta(type):
    """A class to inherit from, annotate with and decorate with; using it for real is an error."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if "absent" in vars(cls):  # the stand-in itself, not a class of Rasa's that inherits from it
            if len(args) == 1 and not kwargs and callable(args[0]):
                return args[0]  # @tf.function
            if not args:
                return lambda function: function  # @tf.function(reduce_retracing=True)
        raise RuntimeError("TensorFlow is not part of this engine")


def _absent(name: str) -> type:
    return _AbsentMeta(name, (), {"absent": True})


class _AbsentModule(types.ModuleType):
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(name)


class _AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _AbsentModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        return None


def leave_tensorflow_out() -> None:
    """Answer imports of TensorFlow with empty modules, unless it is already loaded."""
    if "tensorflow" in sys.modules:
        return
    if not any(isinstance(finder, _AbsentFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AbsentFinder())


def without_words(record: logging.LogRecord) -> bool:
    """Let a library's record pass with its template, type of error and place alone: the rest may quote a message."""
    if record.name.partition(".")[0] == "hotline":
        return True
    said = str(record.msg) if record.args and isinstance(record.msg, str) else "library message"
    error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no exception"
    record.msg = f"{said} ({os.path.basename(record.pathname)}:{record.lineno}, {error})"
    record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
    return True


def silence() -> None:
    """Switch off telemetry and the start-up noise; log warnings of libraries without message texts."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Libraries reset the filters while they are imported, so the printing itself is switched off.
    warnings.filterwarnings("ignore")
    warnings.showwarning = lambda *_arguments, **_options: None
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.raiseExceptions = False  # a record that cannot be formatted would be printed with its arguments
    for handler in logging.getLogger().handlers:
        handler.addFilter(without_words)
    logging.getLogger("hotline").setLevel(logging.INFO)
    # Rasa logs message texts and slot values at these.
    for name in ("rasa", "apscheduler", "pykwalify", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)
    import structlog  # after the stub: its configuration must precede Rasa's first log line

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def prepare() -> None:
    """Do both, in the order that matters."""
    silence()
    leave_tensorflow_out()
