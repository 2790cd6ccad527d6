"""Pickled scipy objects and the files its own writers make."""

from __future__ import annotations

from typing import Any

PRODUCER = "scipy"


def objects(np: Any) -> dict[str, Any]:
    from scipy import interpolate, optimize, signal, spatial, stats

    rng = np.random.default_rng(7)
    x = np.linspace(0, 1, 9)
    y = np.sin(x)
    points = rng.normal(size=(12, 2))
    return {
        "interp1d": interpolate.interp1d(x, y),
        "cubic_spline": interpolate.CubicSpline(x, y),
        "pchip": interpolate.PchipInterpolator(x, y),
        "akima": interpolate.Akima1DInterpolator(x, y),
        "bspline": interpolate.make_interp_spline(x, y),
        "univariate_spline": interpolate.UnivariateSpline(x, y),
        "grid": interpolate.RegularGridInterpolator((x, x), np.outer(y, y)),
        "linear_nd": interpolate.LinearNDInterpolator(points, points[:, 0]),
        "nearest_nd": interpolate.NearestNDInterpolator(points, points[:, 0]),
        "rbf": interpolate.RBFInterpolator(points, points[:, 0]),
        "kd_tree": spatial.KDTree(points),
        "ckd_tree": spatial.cKDTree(points),
        "delaunay_points": spatial.Delaunay(points).simplices,
        "rotation": spatial.transform.Rotation.from_euler("z", 90, degrees=True),
        "frozen_norm": stats.norm(1, 2),
        "frozen_gamma": stats.gamma(2.0),
        "frozen_poisson": stats.poisson(3),
        "distribution": stats.beta,
        "gaussian_kde": stats.gaussian_kde(points.T),
        "multivariate_normal": stats.multivariate_normal([0, 0]),
        "optimize_result": optimize.minimize(lambda v: float((v**2).sum()), np.ones(2), method="BFGS"),
        "ttest_result": stats.ttest_ind(points[:, 0], points[:, 1]),
        "linregress": stats.linregress(x, y),
        "butterworth": signal.butter(3, 0.2, output="sos"),
        "transfer_function": signal.TransferFunction([1.0], [1.0, 2.0]),
        "bounds": optimize.Bounds([0], [1]),
    }


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    zoo.use("scipy")
    from scipy import io as scipy_io
    from scipy import sparse

    matrix = sparse.random(20, 15, density=0.2, random_state=7)
    for kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
        converted = matrix.asformat(kind)
        zoo.pickle(PRODUCER, f"sparse_{kind}" + ".p{}.pkl", converted, (0, 2, 4, 5))
        zoo.make(PRODUCER, f"sparse_{kind}.npz", lambda path, m=converted: sparse.save_npz(path, m))
        if hasattr(sparse, f"{kind}_array"):
            as_array = getattr(sparse, f"{kind}_array")(converted)
            zoo.pickle(PRODUCER, f"sparse_array_{kind}" + ".p{}.pkl", as_array, (2, 5))
    for name in object_names(zoo, np):
        zoo.pickle(PRODUCER, name[0] + ".p{}.pkl", name[1], (2, 4, 5))
    zoo.make(PRODUCER, "matlab.mat", lambda path: scipy_io.savemat(path, {"a": np.zeros((3, 3)), "name": "x"}))
    zoo.make(PRODUCER, "tone.wav", lambda path: __import__("scipy.io.wavfile").io.wavfile.write(path, 8000, np.zeros(800, "i2")))


def object_names(zoo: Any, np: Any) -> list[tuple[str, Any]]:
    try:
        return list(objects(np).items())
    except Exception as error:  # noqa: BLE001 -- a renamed function in one scipy must not cost the sparse matrices
        zoo.skip("scipy objects", str(error))
        return []
