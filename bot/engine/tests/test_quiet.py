"""TensorFlow stays out, and using it by mistake is said plainly."""

import sys

import pytest


def test_the_engine_runs_without_tensorflow() -> None:
    import rasa.core.agent  # noqa: F401

    assert not any(
        name.startswith("tensorflow.python") and getattr(module, "__file__", None)
        for name, module in sys.modules.items()
    )


def test_using_tensorflow_is_an_error_and_not_silence() -> None:
    from rasa.nlu.classifiers.diet_classifier import DIET, DIETClassifier

    with pytest.raises(RuntimeError, match="not part of this engine"):
        DIET({}, {}, True, {})
    assert DIETClassifier  # the class itself can be named, as Rasa's recipe does
