"""Looks inside small networks with PyTorch's automatic differentiation in 64 bits, as an
independent reference.

What it finds is committed in crates/probe/tests/fixtures/references.json, and the test
crates/probe/tests/pytorch.rs compares. Run it again only to add a measure or to meet a new version:

    python3 -m venv target/reference-probe
    target/reference-probe/bin/pip install torch numpy --index-url https://download.pytorch.org/whl/cpu
    target/reference-probe/bin/python scripts/references/probe_fixtures.py
"""

import json
import math
import pathlib

import numpy as np
import torch
from torch.func import hessian, jacrev, vmap

FIXTURE = (
    pathlib.Path(__file__).parent.parent.parent / "crates/probe/tests/fixtures/references.json"
)
WIDTHS = [12, 10, 8, 5]
IMAGES = 24
ACTIVATIONS = {
    "relu": torch.nn.functional.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "mish": torch.nn.functional.mish,
    "elu": torch.nn.functional.elu,
    "softplus": torch.nn.functional.softplus,
    "hardtanh": torch.nn.functional.hardtanh,
}


def numbers(shape, start, scale):
    """The same numbers as the test's, without a generator that two languages would have to
    share."""
    count = math.prod(shape)
    k = np.arange(start, start + count, dtype=np.float64)
    values = scale * np.sin(12.9898 * k + 0.37 * np.sqrt(k + 1.0))
    return torch.tensor(values.astype(np.float32).astype(np.float64).reshape(shape))


def parameters():
    layers, start = [], 0
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        weight = numbers((inputs, outputs), start, 1.2 / math.sqrt(inputs) * math.sqrt(2))
        bias = numbers((outputs,), start + 1000, 0.3)
        layers.append((weight, bias))
        start += 2000
    return layers


def rms(tensor):
    return tensor.pow(2).mean().sqrt().item()


def measure(phi):
    layers = parameters()
    images = numbers((IMAGES, WIDTHS[0]), 10_000, 1.0)
    labels = torch.arange(IMAGES) % WIDTHS[-1]
    flat = torch.cat([part.reshape(-1) for layer in layers for part in layer])

    def split(flat):
        parts, at = [], 0
        for weight, bias in layers:
            parts.append(
                (
                    flat[at : at + weight.numel()].reshape(weight.shape),
                    flat[at + weight.numel() : at + weight.numel() + bias.numel()],
                )
            )
            at += weight.numel() + bias.numel()
        return parts

    def logits(flat, x):
        parts = split(flat)
        for index, (weight, bias) in enumerate(parts):
            x = x @ weight + bias
            x = phi(x) if index + 1 < len(parts) else x
        return x

    def loss(flat, x, y):
        return torch.nn.functional.cross_entropy(logits(flat, x), y)

    # Signal and gradient at each layer, image by image.
    x, pre, post = images, [], []
    for index, (weight, bias) in enumerate(layers):
        z = (x @ weight + bias).detach().requires_grad_()
        z = x @ weight + bias if index else z
        z.retain_grad() if z.requires_grad and not z.is_leaf else None
        pre.append(z)
        x = phi(z) if index + 1 < len(layers) else z
        post.append(x)
    torch.nn.functional.cross_entropy(x, labels, reduction="sum").backward()
    gradients = vmap(lambda x, y: torch.func.grad(loss)(flat, x[None], y[None]), (0, 0))(
        images, labels
    )
    mean = gradients.mean(0)
    # The noise scale is that of the weights alone.
    weights = torch.stack([torch.cat([w.reshape(-1) for w, _ in split(g)]) for g in gradients])
    length = weights.mean(0).pow(2).sum()
    trace = (weights.pow(2).sum(1).mean() - length) * IMAGES / (IMAGES - 1)
    jacobians = vmap(jacrev(lambda x: logits(flat, x)))(images)
    singular = torch.linalg.svdvals(jacobians).mean(0)
    by_parameters = vmap(jacrev(logits), (None, 0))(flat, images).reshape(IMAGES * WIDTHS[-1], -1)
    kernel = torch.linalg.eigvalsh(by_parameters @ by_parameters.T)
    curvature = torch.linalg.eigvalsh(hessian(loss)(flat, images, labels))
    block = []
    for image in range(5):
        z1 = pre[0][image].detach()

        def between(z1):
            h = phi(z1)
            z2 = h @ layers[1][0] + layers[1][1]
            return phi(z2) @ layers[2][0] + layers[2][1]

        block.append(torch.linalg.svdvals(jacrev(between)(z1)))
    return {
        "loss": loss(flat, images, labels).item(),
        "pre_activation_rms": [rms(z) for z in pre],
        "activation_mean": [h.mean().item() for h in post[:-1]],
        "gradient_rms": [rms(z.grad) for z in pre],
        "weight_gradient_rms": [rms(weight) for weight, _ in split(mean)],
        "image_weight_gradient_rms": [
            torch.stack([split(g)[index][0].pow(2).mean() for g in gradients]).mean().sqrt().item()
            for index in range(len(layers))
        ],
        "jacobian": singular.tolist(),
        "block_1_to_3": torch.stack(block).mean(0).tolist(),
        "kernel_mean_diagonal": (kernel.sum() / len(kernel)).item(),
        "kernel_ends": [kernel[0].item(), kernel[-1].item()],
        "hessian_ends": [curvature[0].item(), curvature[-1].item()],
        "noise_scale": (trace / (length - trace / IMAGES)).item(),
    }


def main():
    torch.set_default_dtype(torch.float64)
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    found = {name: measure(phi) for name, phi in ACTIVATIONS.items()}
    document = {"torch": torch.__version__, "widths": WIDTHS, "images": IMAGES, "networks": found}
    FIXTURE.write_text(json.dumps(document, indent=1) + "\n")


main()
