"""Every estimator scikit-learn has that fits tiny data, and the combinations people really save."""

from __future__ import annotations

import pickle
from typing import Any, Iterator

PRODUCER = "sklearn"
ENDINGS = ("pkl", "pickle", "sav", "model")
COMPRESSIONS = (0, 3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 1), ("lzma", 1), ("lz4", 1))


def fitting_data(np: Any) -> list[tuple[Any, Any]]:
    """Inputs to try in turn: an estimator takes what it can."""
    rng = np.random.RandomState(7)
    x = np.abs(rng.normal(size=(40, 4))) + 0.1
    classes = np.array([0, 1] * 20)
    numbers = x[:, 0] * 2 + 1
    return [
        (x, classes),
        (x, numbers),
        (x, np.stack([numbers, numbers + 1], axis=1)),
        (x, np.stack([classes, 1 - classes], axis=1)),
        (x[:, 0], numbers),
        (["the cat sat", "the dog ran", "a bird flew"] * 5, None),
        ([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}] * 5, None),
        (["a", "b", "a"], None),
        ([["a", "b"], ["b"]], None),
    ]


def instances(estimator: Any) -> Iterator[Any]:
    """The plain one, else those that wrap another estimator."""
    from sklearn.linear_model import LogisticRegression, Ridge

    for build in (
        lambda: estimator(),
        lambda: estimator(LogisticRegression()),
        lambda: estimator(Ridge()),
        lambda: estimator([("a", LogisticRegression()), ("b", LogisticRegression(C=2))]),
        lambda: estimator([("a", Ridge()), ("b", Ridge(alpha=2))]),
        lambda: estimator(LogisticRegression(), {"C": [0.1, 1.0]}),
        lambda: estimator(dictionary=__import__("numpy").eye(4)),
        lambda: estimator(n_components=2),
    ):
        try:
            yield build()
        except TypeError:
            continue


def fitted(estimator: Any, data: list[tuple[Any, Any]]) -> Any:
    last: Exception = ValueError("no way to build it")
    for instance in instances(estimator):
        for x, y in data:
            try:
                return instance.fit(x, y) if y is not None else instance.fit(x)
            except Exception as error:  # noqa: BLE001 -- estimators refuse data in many ways
                last = error
    raise last


def combinations(np: Any) -> dict[str, Any]:
    import sklearn.metrics as metrics
    from sklearn import (compose, ensemble, feature_extraction, feature_selection, impute, linear_model,
                         model_selection, neighbors, pipeline, preprocessing, svm, tree)

    x, y = fitting_data(np)[0]
    texts = ["good film", "bad film", "great plot", "awful plot"] * 5
    scorer = metrics.make_scorer(metrics.f1_score, average="macro")
    columns = compose.ColumnTransformer([
        ("numbers", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), [0, 1]),
        ("logs", preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1), [2]),
        ("bins", preprocessing.KBinsDiscretizer(3), [3]),
    ], remainder="passthrough")
    grid = {"C": [0.1, 1.0]}
    return {
        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC(probability=False)).fit(x, y),
        "columns": pipeline.make_pipeline(columns, ensemble.RandomForestClassifier(5, random_state=0)).fit(x, y),
        "grid_search": model_selection.GridSearchCV(linear_model.LogisticRegression(), grid, cv=3).fit(x, y),
        "grid_search_scorer": model_selection.GridSearchCV(linear_model.LogisticRegression(), grid, cv=3, scoring=scorer).fit(x, y),
        "random_search": model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, n_iter=2, cv=2, random_state=0).fit(x, y),
        "function_transformer": preprocessing.FunctionTransformer(np.log1p).fit(x),
        "text": pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), linear_model.SGDClassifier()).fit(texts, [1, 0] * 10),
        "hashing": pipeline.make_pipeline(feature_extraction.text.HashingVectorizer(n_features=64), linear_model.LogisticRegression()).fit(texts, [1, 0] * 10),
        "union": pipeline.FeatureUnion([("a", preprocessing.StandardScaler()), ("b", feature_selection.SelectKBest(k=2))]).fit(x, y),
        "knn_metric": neighbors.KNeighborsClassifier(metric="minkowski", p=1, algorithm="ball_tree").fit(x, y),
        "knn_kd_tree": neighbors.KNeighborsClassifier(algorithm="kd_tree").fit(x, y),
        "scorer": scorer,
        "named_scorer": metrics.get_scorer("roc_auc"),
        "splitter": model_selection.StratifiedKFold(5, shuffle=True, random_state=1),
        "label_encoder_in_dict": {"model": linear_model.LogisticRegression().fit(x, y), "labels": preprocessing.LabelEncoder().fit(["a", "b"]), "columns": ["p", "q"]},
        "voting": ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())]).fit(x, y),
        "bagging": ensemble.BaggingClassifier(tree.DecisionTreeClassifier(), 3).fit(x, y),
        "unfitted": linear_model.LogisticRegression(),
        "bunch": __import__("sklearn.datasets").datasets.load_iris(),
    }


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    zoo.use("sklearn")
    joblib = zoo.use("joblib")
    from sklearn.utils import all_estimators

    data = fitting_data(np)
    for index, (name, estimator) in enumerate(all_estimators()):
        np.random.seed(7)
        zoo.make(PRODUCER, f"{name}.{ENDINGS[index % 4]}", lambda path, e=estimator, i=index: save_both(zoo, joblib, path, fitted(e, data), i))
    for name, model in combinations(np).items():
        zoo.pickle(PRODUCER, f"combo_{name}" + ".p{}.pkl", model, range(6))
        zoo.make(PRODUCER, f"combo_{name}.joblib", lambda path, m=model: joblib.dump(m, path) and None)
        if name in ("columns", "text"):
            compressions(zoo, joblib, name, model)
    big = {"x": np.random.RandomState(1).normal(size=(400, 50)), "labels": np.array(["a", "b"], dtype=object)}
    compressions(zoo, joblib, "arrays", big)
    zoo.make(PRODUCER, "combo_cloudpickle.pkl", lambda path: with_cloudpickle(path, combinations(np)["pipeline"]))


def save_both(zoo: Any, joblib: Any, path: Any, model: Any, index: int) -> None:
    """The same model by pickle and by joblib, the protocol and the compression turning with the index."""
    path.write_bytes(pickle.dumps(model, (4, 5, 2, 3, 0, 1)[index % 6]))
    how = COMPRESSIONS[index % len(COMPRESSIONS)]
    zoo.make(PRODUCER, f"{path.stem}.joblib", lambda other: joblib.dump(model, str(other), compress=how) and None)


def compressions(zoo: Any, joblib: Any, name: str, model: Any) -> None:
    for how in COMPRESSIONS:
        label = "-".join(map(str, how)) if isinstance(how, tuple) else str(how)
        zoo.make(PRODUCER, f"{name}_{label}.joblib", lambda path, how=how: joblib.dump(model, str(path), compress=how) and None)
    for ending in ("gz", "bz2", "xz", "lzma", "z"):
        zoo.make(PRODUCER, f"{name}.pkl.{ending}", lambda path: joblib.dump(model, str(path)) and None)


def with_cloudpickle(path: Any, model: Any) -> None:
    import cloudpickle

    path.write_bytes(cloudpickle.dumps(model))
