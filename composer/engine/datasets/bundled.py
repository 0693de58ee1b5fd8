"""Real data that scikit-learn carries with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from composer.data_reports import DataOptions
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet

_DEPTH = 16  # a pixel of scikit-learn's digits is 0 to 16

DIGITS = "Handwritten digits of 8×8 pixels from scikit-learn (Alpaydin and Kaynak, UCI, CC BY 4.0)."
CANCER = "Breast tumors, measured in 30 ways, from scikit-learn (Wolberg and others, UCI, CC BY 4.0)."
WINE = "Italian wines of three growers, analyzed in 13 ways, from scikit-learn (Aeberhard and Forina, UCI, CC BY 4.0)."
DIABETES = (
    "Patients' age, sex and 8 measurements, and how their diabetes went on in a year, from scikit-learn "
    "(Efron and others, 2004)."
)


def digits(options: DataOptions) -> DataSet:
    """1,797 handwritten digits: inputs N×1×8×8 from 0 to 1, ten classes."""
    found = _bunch("load_digits")
    images = torch.from_numpy(found.images).float().unsqueeze(1) / _DEPTH
    targets = torch.from_numpy(found.target).long()
    classes = tuple(map(str, range(10)))
    return assembled(Samples("digits", DIGITS, "classes", (images,), targets, classes, images=True), options)


def breast_cancer(options: DataOptions) -> DataSet:
    """569 tumors: inputs N×30, two classes."""
    return _classes("breast_cancer", CANCER, options)


def wine(options: DataOptions) -> DataSet:
    """178 wines: inputs N×13, three classes."""
    return _classes("wine", WINE, options)


def diabetes(options: DataOptions) -> DataSet:
    """442 patients: inputs N×10, targets N×1 real values from 25 to 346."""
    # scikit-learn's own scaling uses all samples, also those that are tested with.
    found = _bunch("load_diabetes", scaled=False)
    inputs, targets = torch.from_numpy(found.data).float(), torch.from_numpy(found.target).float().unsqueeze(1)
    samples = Samples("diabetes", DIABETES, "values", (inputs,), targets, features=tuple(found.feature_names))
    return assembled(samples, options, "standard")


def _classes(name: str, text: str, options: DataOptions) -> DataSet:
    found = _bunch(f"load_{name}")
    inputs, targets = torch.from_numpy(found.data).float(), torch.from_numpy(found.target).long()
    classes, features = tuple(map(str, found.target_names)), tuple(map(str, found.feature_names))
    samples = Samples(name, text, "classes", (inputs,), targets, classes, features=features)
    return assembled(samples, options, "standard")


def _bunch(loader: str, **options: Any) -> Any:
    from sklearn import datasets  # takes most of a second, so only where it is asked for

    load: Callable[..., Any] = getattr(datasets, loader)
    return load(**options)
