"""The versions of what made a store's probabilities."""

import sys
from importlib.metadata import PackageNotFoundError, version

RECORDED = ("doodlestack", "numpy", "lightgbm", "scikit-learn")


def package_versions() -> dict[str, str]:
    """Versions of Python, of those packages among `RECORDED` that are installed, and of Keras where it is in use.

    With Keras stands the backend that computes for it: TensorFlow, JAX or PyTorch. None of them is imported for this.
    """
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    keras = sys.modules.get("keras")
    in_use = () if keras is None else ("keras", keras.config.backend())
    for name in (*RECORDED, *in_use):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # run from a folder, or a build of another name: nothing to record
            continue
    return versions
