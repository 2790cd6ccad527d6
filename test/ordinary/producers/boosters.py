"""Gradient boosting libraries and statistics packages."""

from __future__ import annotations

import pickle
from typing import Any

PRODUCER = "boosters"


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    x = np.random.RandomState(7).normal(size=(60, 4))
    y = (x[:, 0] > 0).astype(int)
    for part in (lightgbm_models, xgboost_models, statistics_models):
        try:
            part(zoo, x, y)
        except ImportError as error:
            zoo.skip(part.__name__, f"not installed: {error.name}")


def dumped(zoo: Any, name: str, model: Any) -> None:
    zoo.pickle(PRODUCER, name + ".p{}.pkl", model, (2, 4, 5))
    try:
        import joblib
    except ImportError:
        return
    zoo.make(PRODUCER, f"{name}.joblib", lambda path: joblib.dump(model, path) and None)


def lightgbm_models(zoo: Any, x: Any, y: Any) -> None:
    lgb = zoo.use("lightgbm")
    quiet = {"n_estimators": 3, "min_child_samples": 5, "verbose": -1, "n_jobs": 1}
    for name in ("LGBMClassifier", "LGBMRegressor", "LGBMRanker"):
        options = {"group": [30, 30]} if name == "LGBMRanker" else {}
        model = getattr(lgb, name)(**quiet).fit(x, y, **options)
        dumped(zoo, name, model)
    zoo.make(PRODUCER, "lightgbm.txt", lambda path: model.booster_.save_model(path) and None)
    dumped(zoo, "lightgbm_booster", model.booster_)


def xgboost_models(zoo: Any, x: Any, y: Any) -> None:
    xgb = zoo.use("xgboost")
    for name in ("XGBClassifier", "XGBRegressor", "XGBRFClassifier"):
        model = getattr(xgb, name)(n_estimators=3, n_jobs=1).fit(x, y)
        dumped(zoo, name, model)
    for ending in ("json", "ubj", "model"):
        zoo.make(PRODUCER, f"xgboost.{ending}", lambda path: model.save_model(str(path)))


def statistics_models(zoo: Any, x: Any, y: Any) -> None:
    zoo.use("statsmodels")
    from statsmodels.regression.linear_model import OLS

    result = OLS(y, x).fit()
    zoo.make(PRODUCER, "ols_results.pickle", lambda path: result.save(str(path)))
    zoo.make(PRODUCER, "ols_params.pkl", lambda path: path.write_bytes(pickle.dumps(result.params)) and None)
