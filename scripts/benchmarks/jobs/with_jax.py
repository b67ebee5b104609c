"""The job in JAX: a whole run, validation included, is one compiled program (`scan`), or all runs
are (`vmap`)."""

import functools
import os

import job

VARIANTS = ["scan", "vmap"]


def prepare(options, runs):
    if options.device == "cpu" and options.threads == 1:
        # XLA makes a thread for each core that it may use, whatever its flags say of threads.
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[(options.part or 0) % len(cores)]})
    import jax
    import jax.numpy as jnp
    import numpy as np

    # A GPU would round products to fewer bits than 32-bit floats have; nobody else does.
    jax.config.update("jax_default_matmul_precision", "highest")
    if jax.default_backend() != options.device:
        raise SystemExit(f"JAX sees {jax.devices()}, and no {options.device}")
    training, validation, test = (
        (jnp.asarray(x), jnp.asarray(y, jnp.int32)) for x, y in job.images()
    )

    def logits(parameters, x):
        for weight, bias in parameters[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        weight, bias = parameters[-1]
        return x @ weight + bias

    def losses(parameters, x, y):
        scores = logits(parameters, x)
        return jax.nn.logsumexp(scores, axis=1) - jnp.take_along_axis(scores, y[:, None], 1)[
            :, 0
        ], scores

    def evaluate(parameters, split):
        loss, scores = losses(parameters, *split)
        return jnp.mean(loss), jnp.mean(jnp.argmax(scores, 1) == split[1])

    def step(carry, indices, training):
        parameters, first, second, time = carry
        x, y = training[0][indices], training[1][indices]
        loss, gradients = jax.value_and_grad(lambda p: jnp.mean(losses(p, x, y)[0]))(parameters)
        time = time + 1
        b1, b2 = job.BETAS
        first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, second, gradients)
        rate = job.RATE / (1 - b1**time)
        correction = 1 / jnp.sqrt(1 - b2**time)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) * correction + job.EPSILON),
            parameters,
            first,
            second,
        )
        return (parameters, first, second, time), loss

    def run(parameters, indices, training, validation):
        def epoch(carry, indices):
            carry, losses = jax.lax.scan(functools.partial(step, training=training), carry, indices)
            return carry, (losses, evaluate(carry[0], validation))

        zeros = jax.tree.map(jnp.zeros_like, parameters)
        carry, series = jax.lax.scan(epoch, (parameters, zeros, zeros, jnp.float32(0)), indices)
        return carry[0], series

    def drawn(arm, seed):
        return [(w, np.zeros(w.shape[1], np.float32)) for w in job.weights(arm, seed)]

    count = len(training[1])
    starts = [drawn(arm, seed) for arm, seed in runs]
    orders = [job.batches(seed, count, options.epochs, options.steps) for _, seed in runs]
    tested = evaluate
    if options.variant == "vmap":
        run, tested = jax.vmap(run, (0, 0, None, None)), jax.vmap(evaluate, (0, None))
        starts, orders = (
            [jax.tree.map(lambda *leaves: np.stack(leaves), *starts)],
            [np.stack(orders)],
        )
    run = jax.jit(run, donate_argnums=0)
    starts, orders = (
        [jax.tree.map(jnp.asarray, start) for start in starts],
        [jnp.asarray(order) for order in orders],
    )
    compiled = run.lower(starts[0], orders[0], training, validation).compile()
    test_compiled = jax.jit(tested).lower(starts[0], test).compile()

    def train():
        trained = [
            compiled(start, order, training, validation) for start, order in zip(starts, orders)
        ]
        series = jax.device_get([series for _, series in trained])

        def results():
            tested = [test_compiled(parameters, test) for parameters, _ in trained]
            accuracies = [
                np.atleast_2d(np.moveaxis(accuracy, -1, 0)).reshape(options.epochs, -1)[-1]
                for _, (_, accuracy) in series
            ]
            return np.concatenate(accuracies), np.concatenate(
                [np.atleast_1d(accuracy) for _, accuracy in tested]
            )

        return results

    return train


if __name__ == "__main__":
    job.main(prepare, VARIANTS)
