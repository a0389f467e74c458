import base_models  # noqa: F401  says how TensorFlow starts, so it comes before Keras
