"""The job in PyTorch: images resident in one tensor, fused Adam, no loader.

Each run is a network of its own, or all runs are stacked into one with a leading axis. A step is
eager; or its losses are `compiled`; or batch, gradients and Adam are compiled as one function
(`whole`); or, on a GPU, it is one CUDA graph (`graphed`).
"""

import functools

import job

VARIANTS = [
    "eager",
    "compiled",
    "whole",
    "graphed",
    "stacked",
    "stacked_compiled",
    "stacked_whole",
    "stacked_graphed",
]


def prepare(options, runs):
    import numpy as np
    import torch

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    device = {"cpu": "cpu", "gpu": "cuda"}[options.device]
    on_device = lambda array: torch.from_numpy(array).to(device)
    training, validation, test = (
        (on_device(x), on_device(y.astype(np.int64))) for x, y in job.images()
    )
    stacked, *how = (
        options.variant.split("_")
        if options.variant.startswith("stacked")
        else ("", options.variant)
    )
    if how == ["whole"]:
        kind = functools.partial(
            Whole, stacked=bool(stacked), compiled=torch.compile(whole_step, fullgraph=True)
        )
    else:
        kind = Stack if stacked else Network
    groups = [runs] if stacked else [[run] for run in runs]
    work = [kind(torch, group, device) for group in groups]
    orders = []
    for group in groups:
        order = np.stack(
            [
                job.batches(seed, len(training[1]), options.epochs, options.steps)
                for _, seed in group
            ],
            axis=2,
        )
        orders.append(on_device(order if stacked else order[:, :, 0]))

    def losses_of(model, x, y):
        return model.losses(x, y)

    if how == ["compiled"]:
        losses_of = torch.compile(losses_of, fullgraph=True)

    def step(model, indices):
        if how == ["whole"]:
            return model.step(training, indices)
        losses = losses_of(model, training[0][indices], training[1][indices])
        # The runs of a stack have nothing in common: the gradient of the sum is each one's own.
        losses.sum().backward()
        model.optimizer.step()
        model.optimizer.zero_grad(set_to_none=True)
        return losses.detach()

    steps = [lambda indices, model=model: step(model, indices) for model in work]
    if how in [["compiled"], ["whole"]]:
        # On a copy, so that the run starts from its own weights.
        warm = kind(torch, groups[0], device)
        for indices in orders[0][0, :3]:
            step(warm, indices)
    if how == ["graphed"]:
        steps = [graphed(torch, model, order[0, 0], step) for model, order in zip(work, orders)]

    @torch.inference_mode()
    def evaluate(model, split):
        scores = model(split[0])
        labels = split[1].expand(scores.shape[:-1])
        losses = torch.nn.functional.cross_entropy(
            scores.flatten(0, -2), labels.flatten(), reduction="none"
        )
        return losses.view(labels.shape).mean(-1), (scores.argmax(-1) == labels).float().mean(-1)

    def trained(model, step, order):
        losses, evaluated = [], []
        for epoch in order:
            losses += [step(indices) for indices in epoch]
            evaluated.append(evaluate(model, validation))
        return torch.stack(losses).cpu(), [
            [figure.cpu().numpy() for figure in both] for both in evaluated
        ]

    def train():
        series = [trained(*one) for one in zip(work, steps, orders)]

        def results():
            last = [evaluated[-1][1] for _, evaluated in series]
            return np.ravel(last), np.ravel(
                [evaluate(model, test)[1].cpu().numpy() for model in work]
            )

        return results

    return train


def graphed(torch, model, indices, step):
    """The step of a model as one CUDA graph, which is told its batch. Capturing leaves the model as
    it was."""
    parameters = list(model.parameters())
    start = [parameter.detach().clone() for parameter in parameters]
    told = indices.clone()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step(model, told)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses = step(model, told)
    with torch.no_grad():
        for parameter, value in zip(parameters, start):
            parameter.copy_(value)
        for state in model.optimizer.state.values():
            for tensor in state.values():
                tensor.zero_()

    def replay(indices):
        told.copy_(indices)
        graph.replay()
        return losses.clone()

    return replay


def adam(torch, parameters, device):
    on_gpu = device == "cuda"
    return torch.optim.Adam(
        parameters, lr=job.RATE, betas=job.BETAS, eps=job.EPSILON, fused=True, capturable=on_gpu
    )


def Network(torch, runs, device):
    """One run's network, as everybody writes it."""
    layers = []
    for weight in job.weights(*runs[0]):
        linear = torch.nn.Linear(*weight.shape, device=device)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T))
            linear.bias.zero_()
        layers += [linear, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    network.losses = lambda x, y: torch.nn.functional.cross_entropy(network(x), y)
    network.optimizer = adam(torch, network.parameters(), device)
    return network


class Stack:
    """The networks of several runs as one, with a leading axis: batched products, one Adam."""

    def __init__(self, torch, runs, device):
        self.torch = torch
        drawn = zip(*[job.weights(*run) for run in runs])
        self.weights = [
            torch.stack([torch.from_numpy(w) for w in layer]).to(device).requires_grad_()
            for layer in drawn
        ]
        self.biases = [
            torch.zeros(len(runs), 1, w.shape[2], device=device, requires_grad=True)
            for w in self.weights
        ]
        self.optimizer = adam(torch, self.parameters(), device)

    def parameters(self):
        return self.weights + self.biases

    def __call__(self, x):
        x = x.expand(len(self.weights[0]), *x.shape[-2:])
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            x = self.torch.baddbmm(bias, x, weight).relu()
        return self.torch.baddbmm(self.biases[-1], x, self.weights[-1])

    def losses(self, x, y):
        scores = self(x)
        losses = self.torch.nn.functional.cross_entropy(
            scores.flatten(0, 1), y.flatten(), reduction="none"
        )
        return losses.view(y.shape).mean(1)


class Whole:
    """One run or a stack, as nothing but tensors, whose step is one compiled function."""

    def __init__(self, torch, runs, device, stacked, compiled):
        self.torch, self.compiled = torch, compiled
        drawn = zip(*[job.weights(*run) for run in runs])
        stacks = [torch.stack([torch.from_numpy(w) for w in layer]).to(device) for layer in drawn]
        weights = stacks if stacked else [stack[0] for stack in stacks]
        biases = [torch.zeros_like(w[..., :1, :] if stacked else w[0]) for w in weights]
        self.parameters = [tensor for layer in zip(weights, biases) for tensor in layer]
        self.moments = [[torch.zeros_like(p) for p in self.parameters] for _ in job.BETAS]
        self.time = torch.zeros((), device=device)

    def __call__(self, x):
        return scores(self.parameters, x)

    def step(self, training, indices):
        with self.torch.no_grad():
            return self.compiled(self.parameters, *self.moments, self.time, *training, indices)


def scores(parameters, x):
    layers = list(zip(parameters[::2], parameters[1::2]))
    for weight, bias in layers[:-1]:
        x = (x @ weight + bias).relu()
    weight, bias = layers[-1]
    return x @ weight + bias


def whole_step(parameters, firsts, seconds, time, images, labels, indices):
    import torch

    x, y = images[indices], labels[indices]

    def total(parameters):
        losses = torch.nn.functional.cross_entropy(
            scores(parameters, x).flatten(0, -2), y.flatten(), reduction="none"
        )
        losses = losses.view(y.shape).mean(-1)
        return losses.sum(), losses

    gradients, losses = torch.func.grad(total, has_aux=True)(parameters)
    time.add_(1)
    rate = job.RATE / (1 - job.BETAS[0] ** time)
    correction = (1 - job.BETAS[1] ** time).sqrt()
    for parameter, first, second, gradient in zip(parameters, firsts, seconds, gradients):
        first.mul_(job.BETAS[0]).add_(gradient, alpha=1 - job.BETAS[0])
        second.mul_(job.BETAS[1]).addcmul_(gradient, gradient, value=1 - job.BETAS[1])
        parameter.sub_(rate * first / (second.sqrt() / correction + job.EPSILON))
    return losses


if __name__ == "__main__":
    job.main(prepare, VARIANTS)
