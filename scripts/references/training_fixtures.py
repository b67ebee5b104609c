"""Trains small networks in PyTorch, as an independent reference for every loss, optimizer, schedule
and layer.

Each case is 20 full-batch steps from the weights that are written beside it, in 32 bits. (Batch
normalization has cases in 64 bits with a smooth activation: before a ReLU, rounding decides on
which side of 0 an output is, and PyTorch itself differs by a percent between 32 and 64 bits.) The
losses are committed in crates/training/tests/fixtures/pytorch/; the test
crates/training/tests/pytorch.rs runs the same settings and compares. Run this again only to add a
case:

    python3 -m venv target/reference-training
    target/reference-training/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
    target/reference-training/bin/pip install numpy safetensors
    target/reference-training/bin/python scripts/references/training_fixtures.py
"""

import json
import math
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

FOLDER = pathlib.Path(__file__).parents[2] / "crates/training/tests/fixtures/pytorch"
STEPS = 20
SHALLOW, DEEP = [16, 8], [8, 8, 8, 8, 8]


def small_set():
    """The images of crates/training/testing/small_set.rs: training (after 100 for validation) and
    validation."""
    image = np.arange(600, dtype=np.uint64)[:, None]
    pixel = np.arange(784, dtype=np.uint64)[None, :]
    label = ((image * 2_654_435_761 % 2**32) >> 16 & 0xFF) % 10
    noise = ((image * 784 + pixel) * 2_246_822_519 % 2**32 >> 24) // 2
    pixels = np.where(pixel // 28 < 2 * label + 4, noise | 128, noise)
    pixels = torch.tensor(pixels.astype(np.float64))
    labels = torch.tensor(label[:, 0].astype(np.int64))
    return (pixels[100:], labels[100:]), (pixels[:100], labels[:100])


def weights(hidden, seed):
    """Weights as [fan_in, fan_out], by the names of a record."""
    generator = torch.Generator().manual_seed(seed)
    widths = [784, *hidden, 10]
    tensors = {}
    for index, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        normal = torch.randn(fan_in, fan_out, generator=generator)
        tensors[f"layers.{index}.weight"] = normal * math.sqrt(2 / fan_in)
        tensors[f"layers.{index}.bias"] = torch.randn(fan_out, generator=generator) * 0.1
    return tensors


class Network(nn.Module):
    """The network as docs/configuration.md describes it."""

    def __init__(
        self,
        tensors,
        activation=F.relu,
        norm=None,
        after=False,
        residual=None,
        output_scale=1.0,
        factor=lambda index, fan_in: 1.0,
    ):
        super().__init__()
        depth = len(tensors) // 2
        self.weights = nn.ParameterList(tensors[f"layers.{i}.weight"].clone() for i in range(depth))
        self.biases = nn.ParameterList(tensors[f"layers.{i}.bias"].clone() for i in range(depth))
        self.activation, self.after, self.residual = activation, after, residual
        self.output_scale = output_scale
        # What a layer multiplies its trained numbers by; the network starts the same.
        self.factors = [factor(i, weight.shape[0]) for i, weight in enumerate(self.weights)]
        for weight, factor in zip(self.weights, self.factors):
            weight.data /= factor
        self.norms = nn.ModuleList(norm(w.shape[1]) for w in self.weights[:-1]) if norm else None
        if residual and residual.get("scalar_biases"):
            zeros = lambda: nn.ParameterList(torch.tensor(0.0) for _ in range(depth - 1))
            self.before_layers, self.before_activations = zeros(), zeros()
        if residual and residual.get("trained"):
            blocks = (depth - 2) // residual["block"]
            self.scales = nn.ParameterList(torch.tensor(residual["scale"]) for _ in range(blocks))

    def linear(self, index, x):
        if index > 0 and hasattr(self, "before_layers"):
            x = x + self.before_layers[index - 1]
        return (x @ self.weights[index]) * self.factors[index] + self.biases[index]

    def activate(self, index, x):
        if hasattr(self, "before_activations"):
            x = x + self.before_activations[index]
        return self.activation(x)

    def hidden(self, index, x, is_linear):
        x = self.linear(index, x)
        activate = (lambda z: z) if is_linear else (lambda z: self.activate(index, z))
        if self.norms is None:
            return activate(x)
        return self.norms[index](activate(x)) if self.after else activate(self.norms[index](x))

    def forward(self, x):
        hidden = len(self.weights) - 1
        x = self.hidden(0, x, False)
        if self.residual is None:
            for index in range(1, hidden):
                x = self.hidden(index, x, False)
        else:
            size, end = self.residual["block"], self.residual.get("end", "activation")
            for block, start in enumerate(range(1, hidden, size)):
                branch = x
                for index in range(start, start + size):
                    ends = index == start + size - 1
                    branch = self.hidden(index, branch, ends and end != "activation")
                scale = (
                    self.scales[block] if self.residual.get("trained") else self.residual["scale"]
                )
                x = x + scale * branch
                if end == "sum":
                    x = self.activate(index, x)
        return self.linear(hidden, x) * self.output_scale


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2; PyTorch has none."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (first * m + (1 - first) * p.grad).sign()
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * update)
                m.mul_(second).add_((1 - second) * p.grad)


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024, with the step sizes of Liu et al. 2025 (2502.16982). PyTorch's computes
    in bfloat16. Groups that are not marked are AdamW's."""

    def __init__(self, groups, lr, momentum=0.95, nesterov=True, weight_decay=0.0):
        defaults = dict(lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
        super().__init__(groups, {**defaults, "muon": False})
        others = [p for group in groups if not group.get("muon") for p in group["params"]]
        self.adamw = torch.optim.AdamW(others, lr=lr, weight_decay=weight_decay)

    @torch.no_grad()
    def step(self):
        self.adamw.step()
        for group in self.param_groups:
            for p in group["params"] if group["muon"] else []:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.mul_(group["momentum"]).add_(p.grad)
                update = p.grad + group["momentum"] * m if group["nesterov"] else m
                size = 0.2 * math.sqrt(max(p.shape))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * size * self.orthogonal(update))

    @staticmethod
    def orthogonal(matrix):
        x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
        x = x / x.norm().clamp(min=1e-7)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        return x.T if matrix.shape[0] > matrix.shape[1] else x


def muon_for_hidden(network):
    hidden = list(network.weights[1:-1])
    others = [p for p in network.parameters() if all(p is not weight for weight in hidden)]
    return [{"params": hidden, "muon": True}, {"params": others}]


def mup(rate, weights, biases):
    """Groups with the factors of the layers' rates."""

    def groups(network):
        pairs = [*zip(network.weights, weights), *zip(network.biases, biases)]
        return [{"params": [parameter], "lr": rate * factor} for parameter, factor in pairs]

    return groups


def phases(optimizer):
    def factor(step):
        if step < 4:
            return 0.2 + 0.8 * step / 4
        if step < 10:
            return 1.0
        return 0.1 + 0.9 * (1 + math.cos(math.pi * (step - 10) / (STEPS - 11))) / 2

    return lr_scheduler.LambdaLR(optimizer, factor)


def mse(logits, labels):
    return F.mse_loss(logits, F.one_hot(labels, 10).to(logits.dtype))


def sgd(**options):
    return lambda params: torch.optim.SGD(params, **{"lr": 0.1, **options})


def train(case, tensors):
    dtype = case.get("dtype", torch.float32)
    torch.set_default_dtype(dtype)
    (images, labels), (validation, validation_labels) = small_set()
    images, validation = images.to(dtype), validation.to(dtype)
    shift, scale = case.get("inputs", (0.0, 1.0))
    images, validation = ((x / 255 - shift) / scale for x in (images, validation))
    factor = case.get("factor", 1.0)
    scaled = {
        name: (t * factor if name.endswith("weight") else t).to(dtype)
        for name, t in tensors.items()
    }
    network = Network(scaled, **case.get("network", {}))
    loss_of = case.get("loss", F.cross_entropy)
    groups = case.get("groups", lambda network: network.parameters())(network)
    optimizer = case.get("optimizer", sgd())(groups)
    schedule = case.get("schedule", lambda optimizer: None)(optimizer)
    losses = []
    for _ in range(STEPS):
        network.train()
        loss = loss_of(network(images), labels)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if "clip_norm" in case:
            nn.utils.clip_grad_norm_(network.parameters(), case["clip_norm"])
        if "clip_value" in case:
            nn.utils.clip_grad_value_(network.parameters(), case["clip_value"])
        optimizer.step()
        if schedule:
            schedule.step()
    network.eval()
    with torch.no_grad():
        return losses, loss_of(network(validation), validation_labels).item()


def warmup_cosine(optimizer):
    first = lr_scheduler.LinearLR(optimizer, start_factor=0.2, total_iters=4)
    then = lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS - 5 - 1)
    return lr_scheduler.SequentialLR(optimizer, [first, then], milestones=[5])


def layers(*rates):
    def groups(network):
        pairs = zip(network.weights, network.biases, rates)
        return [{"params": [weight, bias], "lr": 0.1 * rate} for weight, bias, rate in pairs]

    return groups


def frozen_first(network):
    for parameter in (network.weights[0], network.biases[0]):
        parameter.requires_grad_(False)
    return [p for p in network.parameters() if p.requires_grad]


def deep(**residual):
    return {"residual": residual}


def mup_factor(index, fan_in):
    return 4 / fan_in if index == len(DEEP) else 1.0


MUP = 'model.parametrization = "mup"\nmodel.base_width = 4'
SGD = 'optimizer = { kind = "sgd", learning_rate = 0.1'
CASES = [
    {"name": "cross_entropy", "settings": SGD + " }"},
    {
        "name": "label_smoothing",
        "settings": SGD + ' }\ntraining.loss = { kind = "cross_entropy", label_smoothing = 0.1 }',
        "loss": lambda logits, labels: F.cross_entropy(logits, labels, label_smoothing=0.1),
    },
    {"name": "mse", "settings": SGD + ' }\ntraining.loss = "mse"', "loss": mse},
    {"name": "hinge", "settings": SGD + ' }\ntraining.loss = "hinge"', "loss": F.multi_margin_loss},
    {
        "name": "hinge_margin",
        "settings": SGD + ' }\ntraining.loss = { kind = "hinge", margin = 0.5 }',
        "loss": lambda logits, labels: F.multi_margin_loss(logits, labels, margin=0.5),
    },
    {
        "name": "momentum",
        "settings": SGD + ", momentum = 0.9, nesterov = true, weight_decay = 0.01 }",
        "optimizer": sgd(momentum=0.9, nesterov=True, weight_decay=0.01),
    },
    {
        "name": "adam",
        "settings": 'optimizer = { kind = "adam", learning_rate = 0.01 }',
        "optimizer": lambda params: torch.optim.Adam(params, lr=0.01),
    },
    {
        "name": "adamw",
        "settings": 'optimizer = { kind = "adamw", learning_rate = 0.01, weight_decay = 0.1 }',
        "optimizer": lambda params: torch.optim.AdamW(params, lr=0.01, weight_decay=0.1),
    },
    {
        "name": "rmsprop",
        "settings": 'optimizer = { kind = "rmsprop", learning_rate = 0.001, momentum = 0.5 }',
        "optimizer": lambda params: torch.optim.RMSprop(params, lr=0.001, momentum=0.5),
    },
    {
        "name": "rmsprop_centered",
        "settings": 'optimizer = { kind = "rmsprop", learning_rate = 0.001, centered = true, '
        + "weight_decay = 0.01 }",
        "optimizer": lambda params: torch.optim.RMSprop(
            params, lr=0.001, centered=True, weight_decay=0.01
        ),
    },
    {
        "name": "adagrad",
        "settings": 'optimizer = { kind = "adagrad", learning_rate = 0.01, rate_decay = 0.1 }',
        "optimizer": lambda params: torch.optim.Adagrad(params, lr=0.01, lr_decay=0.1),
    },
    {
        "name": "lion",
        "settings": 'optimizer = { kind = "lion", learning_rate = 0.001, weight_decay = 0.1 }',
        "optimizer": lambda params: Lion(params, lr=0.001, betas=(0.9, 0.99), weight_decay=0.1),
    },
    {
        "name": "muon",
        "hidden": DEEP,
        "settings": 'optimizer = { kind = "muon", learning_rate = 0.01, weight_decay = 0.1 }',
        "groups": muon_for_hidden,
        "optimizer": lambda groups: Muon(groups, lr=0.01, weight_decay=0.1),
    },
    {
        "name": "phases",
        "settings": SGD
        + ', schedule = { kind = "phases", phases = [{ steps = 4, start = 0.2, end = 1.0 }, '
        + '{ steps = 6 }, { shape = "cosine", end = 0.1 }] } }',
        "schedule": phases,
    },
    {
        "name": "step",
        "settings": SGD + ', schedule = { kind = "step", every = 5, gamma = 0.5 } }',
        "schedule": lambda optimizer: lr_scheduler.StepLR(optimizer, 5, gamma=0.5),
    },
    {
        "name": "multistep",
        "settings": SGD
        + ', schedule = { kind = "multistep", milestones = [4, 10], gamma = 0.3 } }',
        "schedule": lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [4, 10], gamma=0.3),
    },
    {
        "name": "one_cycle",
        "settings": SGD + ', schedule = "one_cycle" }',
        "schedule": lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer, max_lr=0.1, total_steps=STEPS, cycle_momentum=False
        ),
    },
    {
        "name": "warmup_cosine",
        "settings": SGD + ', warmup = 5, schedule = "cosine" }',
        "schedule": warmup_cosine,
    },
    {
        "name": "exponential_above_1",
        "settings": 'optimizer = { kind = "sgd", learning_rate = 1.5, '
        + 'schedule = { kind = "exponential", gamma = 0.5 } }',
        "optimizer": sgd(lr=1.5),
        "schedule": lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.5),
    },
    {"name": "clip_norm", "settings": SGD + ", clip_norm = 0.5 }", "clip_norm": 0.5},
    {"name": "clip_value", "settings": SGD + ", clip_value = 0.01 }", "clip_value": 0.01},
    {
        "name": "layer_rates",
        "settings": SGD + ", layer_rates = [0.5, 1.0, 2.0] }",
        "groups": layers(0.5, 1.0, 2.0),
    },
    {"name": "freeze", "settings": SGD + " }\ntraining.freeze = [1]", "groups": frozen_first},
    {
        "name": "batch_norm",
        "dtype": torch.float64,
        "settings": SGD + ' }\nmodel.activation = "tanh"\nmodel.norm = "batch"',
        "network": {"norm": nn.BatchNorm1d, "activation": torch.tanh},
    },
    {
        "name": "batch_norm_after",
        "dtype": torch.float64,
        "settings": 'optimizer = { kind = "sgd", learning_rate = 0.02 }\nmodel.activation = "tanh"'
        + '\nmodel.norm = { kind = "batch", position = "after", epsilon = 1e-3, '
        + "momentum = 0.3, scale = 0.5 }",
        "optimizer": sgd(lr=0.02),
        "network": {
            "norm": lambda n: halved(nn.BatchNorm1d(n, eps=1e-3, momentum=0.3)),
            "after": True,
            "activation": torch.tanh,
        },
    },
    {
        "name": "layer_norm",
        "settings": SGD + ' }\nmodel.norm = "layer"',
        "network": {"norm": nn.LayerNorm},
    },
    {
        "name": "layer_norm_plain",
        "settings": SGD + ' }\nmodel.norm = { kind = "layer", affine = false }',
        "network": {"norm": lambda n: nn.LayerNorm(n, elementwise_affine=False)},
    },
    {
        "name": "rms_norm",
        "settings": SGD + ' }\nmodel.norm = "rms"',
        "network": {"norm": lambda n: nn.RMSNorm(n, eps=1e-5)},
    },
    {
        "name": "residual",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = "identity"',
        "network": deep(block=1, scale=1.0),
    },
    {
        "name": "residual_blocks_of_two",
        "hidden": DEEP,
        "settings": SGD
        + ' }\nmodel.residual = { kind = "identity", block = 2, scale = 0.5, end = "linear" }',
        "network": deep(block=2, scale=0.5, end="linear"),
    },
    {
        "name": "residual_with_activation_after_the_sum",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = { kind = "identity", block = 2, end = "sum" }',
        "network": deep(block=2, scale=1.0, end="sum"),
    },
    {
        "name": "skip_init",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = "skip_init"',
        "network": deep(block=2, scale=0.0, trained=True, end="linear"),
    },
    {
        "name": "fixup",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = "fixup"',
        "network": deep(block=2, scale=1.0, trained=True, end="sum", scalar_biases=True),
    },
    {
        "name": "residual_by_depth",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = "inverse_sqrt_depth"',
        "network": deep(block=1, scale=0.5),
    },
    {
        "name": "rezero",
        "hidden": DEEP,
        "settings": SGD + ' }\nmodel.residual = "rezero"',
        "network": deep(block=1, scale=0.0, trained=True),
    },
    {
        "name": "residual_with_batch_norm",
        "dtype": torch.float64,
        "hidden": DEEP,
        "settings": SGD
        + ' }\nmodel.activation = "tanh"\nmodel.residual = { kind = "identity", block = 2 }'
        + '\nmodel.norm = "batch"',
        "network": {**deep(block=2, scale=1.0), "norm": nn.BatchNorm1d, "activation": torch.tanh},
    },
    {
        "name": "output_scale",
        "settings": SGD + " }\nmodel.output_scale = 0.1",
        "network": {"output_scale": 0.1},
    },
    {
        "name": "ntk",
        "settings": 'optimizer = { kind = "sgd", learning_rate = 1.0 }'
        + '\nmodel.parametrization = "ntk"',
        "optimizer": sgd(lr=1.0),
        "network": {"factor": lambda index, fan_in: 1 / math.sqrt(fan_in)},
    },
    {
        "name": "mup_with_sgd",
        "hidden": DEEP,
        "settings": SGD + f" }}\n{MUP}",
        "groups": mup(0.1, [2, 1, 1, 1, 1, 2], [2, 2, 2, 2, 2, 1]),
        "network": {"factor": mup_factor},
    },
    {
        "name": "mup_with_adam",
        "hidden": DEEP,
        "settings": f"optimizer.learning_rate = 0.01\n{MUP}",
        "optimizer": lambda params: torch.optim.Adam(params, lr=0.01),
        "groups": mup(0.01, [1, 0.5, 0.5, 0.5, 0.5, 1], [1] * 6),
        "network": {"factor": mup_factor},
    },
    {"name": "init_factor", "settings": SGD + " }\ninit.factor = 0.5", "factor": 0.5},
    {
        "name": "inputs_by_mean_and_std",
        "settings": SGD + " }\ndata.normalize = { mean = 0.1307, std = 0.3081 }",
        "inputs": (0.1307, 0.3081),
    },
    {
        "name": "inputs_centred",
        "settings": SGD + ' }\ndata.normalize = "centred"',
        "inputs": (0.5, 1.0),
    },
    {
        "name": "sine",
        # At larger rates PyTorch's own 32 bits leave its 64 bits within a few steps.
        "settings": 'optimizer = { kind = "sgd", learning_rate = 0.005 }'
        + '\nmodel.activation = "sine(2)"',
        "optimizer": sgd(lr=0.005),
        "network": {"activation": lambda x: torch.sin(2 * x)},
    },
    {
        "name": "tanh_with_mse_and_adam",
        "settings": 'model.activation = "tanh"\ntraining.loss = "mse"'
        + "\noptimizer.learning_rate = 0.01",
        "optimizer": lambda params: torch.optim.Adam(params, lr=0.01),
        "loss": mse,
        "network": {"activation": torch.tanh},
    },
]


def halved(norm):
    norm.weight.data *= 0.5
    return norm


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = {tuple(SHALLOW): "shallow.safetensors", tuple(DEEP): "deep.safetensors"}
    tensors = {hidden: weights(hidden, seed) for seed, hidden in enumerate(files)}
    for hidden, file in files.items():
        save_file(tensors[hidden], FOLDER / file)
    results = []
    for case in CASES:
        hidden = tuple(case.get("hidden", SHALLOW))
        losses, validation = train(case, tensors[hidden])
        settings = f"{case['settings']}\nmodel.hidden = {list(hidden)}"
        result = {"name": case["name"], "settings": settings, "weights": files[hidden]}
        results.append({**result, "losses": losses, "validation_loss": validation})
    text = json.dumps({"torch": torch.__version__, "cases": results}, indent=1)
    (FOLDER / "cases.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
