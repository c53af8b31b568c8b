"""EfficientNet-Lite0 as an ONNX model, built from its published weights.

The network: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
Batch normalisation is folded into the convolution before it.
"""

import numpy as np

from localcloud.vision.checkpoint import Weights
from localcloud.vision.onnx_graph import Graph

SIDE = 224
CLASSES = 1000
STAGE_STRIDES = (1, 2, 2, 2, 1, 2, 1)
STEM_CHANNELS = 32
EPSILON = 1e-3
SOURCE, RESULT = "picture", "probabilities"


def build_model(weights: Weights) -> bytes:
    """Return the model file: a batch of pictures in, probabilities of 1000 classes out."""
    network = _Network(weights)
    x = network.convolve(SOURCE, "_conv_stem", "_bn0", stride=2)
    x = network.blocks(x)
    x = network.convolve(x, "_conv_head", "_bn1")
    return network.classify(x)


class _Network:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._graph = Graph()
        self._limits = [self._graph.constant("zero", 0.0), self._graph.constant("six", 6.0)]

    def convolve(  # noqa: PLR0913 -- a layer has this many sides
        self, x: str, conv: str, norm: str, *, stride: int = 1, groups: int = 1, relu: bool = True
    ) -> str:
        kernel = self._weights[f"{conv}.weight"]
        gain = self._weights[f"{norm}.weight"] / np.sqrt(
            self._weights[f"{norm}.running_var"] + EPSILON
        )
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * gain
        y = self._graph.node(
            "Conv",
            [
                x,
                self._graph.constant(f"{conv}.kernel", kernel * gain[:, None, None, None]),
                self._graph.constant(f"{conv}.shift", bias),
            ],
            conv,
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            kernel_shape=[kernel.shape[2], kernel.shape[3]],
            group=groups,
        )
        return self._graph.node("Clip", [y, *self._limits], f"{conv}.relu6") if relu else y

    def blocks(self, x: str) -> str:
        count = 1 + max(int(n.split(".")[1]) for n in self._weights if n.startswith("_blocks."))
        stage, channels = -1, 0
        for index in range(count):
            before = channels or STEM_CHANNELS
            after = self._weights[f"_blocks.{index}._project_conv.weight"].shape[0]
            stage += after != channels
            stride = STAGE_STRIDES[stage] if after != channels else 1
            y = self._block(x, f"_blocks.{index}.", stride)
            residual = stride == 1 and before == after
            x = self._graph.node("Add", [x, y], f"sum.{index}") if residual else y
            channels = after
        return x

    def _block(self, x: str, name: str, stride: int) -> str:
        if f"{name}_expand_conv.weight" in self._weights:
            x = self.convolve(x, f"{name}_expand_conv", f"{name}_bn0")
        depth = self._weights[f"{name}_depthwise_conv.weight"].shape[0]
        x = self.convolve(x, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride, groups=depth)
        return self.convolve(x, f"{name}_project_conv", f"{name}_bn2", relu=False)

    def classify(self, x: str) -> bytes:
        graph = self._graph
        x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x], "pooled")], "flat")
        weight = graph.constant("fc.weight", self._weights["_fc.weight"])
        bias = graph.constant("fc.bias", self._weights["_fc.bias"])
        logits = graph.node("Gemm", [x, weight, bias], "logits", transB=1)
        graph.node("Softmax", [logits], RESULT, axis=1)
        return graph.model((SOURCE, [1, 3, SIDE, SIDE]), (RESULT, [1, CLASSES]))
