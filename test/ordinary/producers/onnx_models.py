"""ONNX graphs made with the library's own helpers, and a scikit-like one with `ai.onnx.ml` operators."""

from __future__ import annotations

from typing import Any

PRODUCER = "onnx"


def unary(helper: Any, types: Any, op: str) -> Any:
    x = helper.make_tensor_value_info("x", types.FLOAT, [1, 4])
    y = helper.make_tensor_value_info("y", types.FLOAT, [1, 4])
    return helper.make_graph([helper.make_node(op, ["x"], ["y"])], f"g_{op}", [x], [y])


def perceptron(onnx: Any, np: Any) -> Any:
    helper, numpy_helper, types = onnx.helper, onnx.numpy_helper, onnx.TensorProto
    rng = np.random.RandomState(7)
    weights = numpy_helper.from_array(rng.normal(size=(4, 3)).astype("f4"), "w")
    bias = helper.make_tensor("b", types.FLOAT, [3], [0.1, 0.2, 0.3])
    nodes = [
        helper.make_node("Gemm", ["x", "w", "b"], ["h"], alpha=1.0),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Softmax", ["r"], ["y"], axis=-1),
    ]
    inputs = [helper.make_tensor_value_info("x", types.FLOAT, ["batch", 4])]
    outputs = [helper.make_tensor_value_info("y", types.FLOAT, ["batch", 3])]
    return helper.make_graph(nodes, "perceptron", inputs, outputs, [weights, bias])


def branching(onnx: Any) -> Any:
    """An `If` with two subgraphs."""
    helper, types = onnx.helper, onnx.TensorProto
    out = helper.make_tensor_value_info("o", types.FLOAT, [1])
    branches = {}
    for name, value in (("then", 1.0), ("else", 2.0)):
        constant = helper.make_node("Constant", [], ["o"], value=helper.make_tensor(name, types.FLOAT, [1], [value]))
        branches[f"{name}_branch"] = helper.make_graph([constant], name, [], [out])
    node = helper.make_node("If", ["c"], ["o"], **branches)
    return helper.make_graph([node], "branching", [helper.make_tensor_value_info("c", types.BOOL, [1])], [out])


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    onnx = zoo.use("onnx")
    zoo.use("onnx.numpy_helper")
    zoo.use("onnx.shape_inference")
    helper = onnx.helper

    def model(graph: Any, **options: Any) -> Any:
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="pytorch", **options)

    for op in "Relu Sigmoid Tanh Exp Log Sqrt Abs Neg Floor Identity Softplus Erf".split():
        zoo.make(PRODUCER, f"{op.lower()}.onnx", lambda path, op=op: onnx.save(model(unary(helper, onnx.TensorProto, op)), str(path)))
    zoo.make(PRODUCER, "perceptron.onnx", lambda path: onnx.save(model(perceptron(onnx, np)), str(path)))
    zoo.make(PRODUCER, "branching.onnx", lambda path: onnx.save(model(branching(onnx)), str(path)))

    def described(path: Any) -> None:
        made = model(perceptron(onnx, np), doc_string="exported for serving")
        helper.set_model_props(made, {"license": "apache-2.0", "classes": "cat,dog"})
        onnx.save(made, str(path))

    def external(path: Any) -> None:
        path.mkdir()
        onnx.save_model(model(perceptron(onnx, np)), str(path / "model.onnx"), save_as_external_data=True, location="model.onnx.data", size_threshold=0)

    def classic(path: Any) -> None:
        scaler = helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", offset=[0.0] * 4, scale=[1.0] * 4)
        base = unary(helper, onnx.TensorProto, "Relu")
        graph = helper.make_graph([scaler], "scaler", list(base.input), list(base.output))
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)]
        onnx.save(helper.make_model(graph, opset_imports=opsets), str(path))

    zoo.make(PRODUCER, "described.onnx", described)
    zoo.make(PRODUCER, "external", external)
    zoo.make(PRODUCER, "classic_ml.onnx", classic)
    zoo.make(PRODUCER, "inferred.onnx", lambda path: onnx.save(onnx.shape_inference.infer_shapes(model(perceptron(onnx, np))), str(path)))
    zoo.make(PRODUCER, "initializer.pb", lambda path: path.write_bytes(onnx.numpy_helper.from_array(np.zeros(3, "f4"), "t").SerializeToString()) and None)
