"""DataFrames, Series and Indexes of every dtype, as `to_pickle` and friends write them."""

from __future__ import annotations

import pickle
from typing import Any

PRODUCER = "pandas"


def columns(np: Any, pd: Any) -> dict[str, Any]:
    """One Series per dtype."""
    n = 6
    texts = [f"word {i}" for i in range(n)]
    days = pd.date_range("2024-01-01", periods=n)
    every = {
        "int": pd.Series(range(n)),
        "float": pd.Series(np.linspace(0, 1, n)),
        "bool": pd.Series([True, False] * 3),
        "object": pd.Series(["a", 1, None, 2.5, [1], {"k": 1}], dtype=object),
        "text": pd.Series(texts),
        "string": pd.Series(texts, dtype="string"),
        "category": pd.Series(["lo", "hi", "lo", "mid", "hi", "lo"], dtype="category"),
        "ordered_category": pd.Series(pd.Categorical(["b", "a"] * 3, categories=["a", "b"], ordered=True)),
        "datetime": pd.Series(days),
        "datetime_utc": pd.Series(days.tz_localize("UTC")),
        "datetime_tz": pd.Series(days.tz_localize("Europe/Helsinki")),
        "datetime_seconds": pd.Series(days.values.astype("M8[s]")),
        "timedelta": pd.Series(pd.to_timedelta(range(n), unit="h")),
        "period": pd.Series(pd.period_range("2024-01", periods=n, freq="M")),
        "interval": pd.Series(pd.interval_range(0, n)),
        "sparse": pd.Series(pd.arrays.SparseArray([0, 0, 1, 0, 2, 0])),
        "sparse_bool": pd.Series(pd.arrays.SparseArray([True, False] * 3)),
        "masked_int": pd.Series([1, None, 3, 4, 5, 6], dtype="Int64"),
        "masked_float": pd.Series([1, None, 3, 4, 5, 6], dtype="Float64"),
        "masked_bool": pd.Series([True, None] * 3, dtype="boolean"),
        "unsigned": pd.Series(range(n), dtype="uint8"),
        "complex": pd.Series([1j] * n),
    }
    return every


def indexes(pd: Any) -> dict[str, Any]:
    return {
        "range": pd.RangeIndex(5),
        "int": pd.Index([3, 1, 2]),
        "text": pd.Index(["a", "b"], name="key"),
        "datetime": pd.date_range("2024-01-01", periods=4, freq="D"),
        "business_days": pd.date_range("2024-01-01", periods=4, freq="B", tz="UTC"),
        "period": pd.period_range("2024", periods=3, freq="Q"),
        "timedelta": pd.timedelta_range("1h", periods=3),
        "interval": pd.interval_range(0, 3),
        "category": pd.CategoricalIndex(["a", "b", "a"]),
        "multi": pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["k", "n"]),
    }


def frames(np: Any, pd: Any) -> dict[str, Any]:
    every = columns(np, pd)
    mixed = pd.DataFrame({k: v for k, v in every.items() if k != "complex"})
    grid = pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=list("abcd"))
    return {
        "mixed": mixed,
        "floats": grid,
        "empty": pd.DataFrame(),
        "multi_index": mixed[["int", "float", "text"]].set_index(["text", "int"]),
        "multi_columns": pd.DataFrame(np.zeros((2, 2)), columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        "grouped": mixed.groupby("category", observed=True)[["int", "float"]].mean(),
        "pivot": mixed.pivot_table(index="category", columns="bool", values="float", observed=True),
        "described": mixed[["int", "float"]].describe(),
        "with_attrs": grid.assign(e=1),
        "sliced": mixed.iloc[1:3],
        "in_dict": {"train": grid, "test": grid.iloc[:1], "meta": {"rows": 3}},
        "scalars": [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01", tz="UTC"), pd.Timedelta("1h"), pd.NaT, pd.NA, pd.Interval(0, 1), pd.Period("2024-01", freq="M")],
        "offsets": [pd.offsets.MonthEnd(2), pd.offsets.BDay(), pd.DateOffset(days=1)],
    }


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    pd = zoo.use("pandas")
    for name, series in columns(np, pd).items():
        zoo.pickle(PRODUCER, f"series_{name}" + ".p{}.pkl", series, (2, 4, 5))
    for name, index in indexes(pd).items():
        zoo.pickle(PRODUCER, f"index_{name}" + ".p{}.pkl", index, (0, 4))
    for name, frame in frames(np, pd).items():
        zoo.make(PRODUCER, f"frame_{name}.pkl", lambda path, frame=frame: write_frame(pd, path, frame))
        zoo.pickle(PRODUCER, f"frame_{name}" + ".p{}.pickle", frame, (0, 2))
    compressed(zoo, frames(np, pd)["mixed"], frames(np, pd)["floats"])


def write_frame(pd: Any, path: Any, frame: Any) -> None:
    if isinstance(frame, pd.DataFrame):
        frame.to_pickle(path)
    else:
        path.write_bytes(pickle.dumps(frame))


def compressed(zoo: Any, mixed: Any, floats: Any) -> None:
    for ending in ("gz", "bz2", "xz", "zip", "zst", "tar", "tar.gz"):
        zoo.make(PRODUCER, f"frame.pkl.{ending}", lambda path: mixed.to_pickle(path))
    zoo.make(PRODUCER, "frame.csv", lambda path: floats.to_csv(path))
    zoo.make(PRODUCER, "frame.csv.gz", lambda path: floats.to_csv(path))
    zoo.make(PRODUCER, "frame.json", lambda path: floats.to_json(path))
    zoo.make(PRODUCER, "frame.jsonl", lambda path: floats.to_json(path, orient="records", lines=True))
    zoo.make(PRODUCER, "frame.md", lambda path: path.write_text(floats.to_string()) and None)
