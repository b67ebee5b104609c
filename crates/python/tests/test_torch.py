"""PyTorch modules filled in place."""

import numpy as np
import pytest

from initializers import draw, init_

torch = pytest.importorskip("torch")
nn = torch.nn


def weights(module):
    return {
        name: parameter.detach().numpy().copy() for name, parameter in module.named_parameters()
    }


def test_a_linear_layer_has_the_numbers_of_burns_transposed():
    network = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))
    assert init_(network, "he_normal", 4) is network
    for index, (layer, shape) in enumerate([(network[0], (6, 5)), (network[2], (5, 3))]):
        expected = draw("he_normal", shape, 4, layer=index)
        assert (layer.weight.detach().numpy() == expected.T).all()
        assert (layer.bias == 0).all()


def test_biases_that_belong_to_a_kind_come_with_it():
    network = nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10))
    init_(network, "pytorch_linear", 0)
    assert 0.05 < network[0].bias.abs().max() <= 0.1
    init_(network, "he_normal", 0, bias="ones")
    assert (network[0].bias == 1).all()


def test_groups_of_a_convolution_pass_their_channels_on():
    for layer in (nn.Conv2d(6, 6, 3, padding=1, groups=3), nn.ConvTranspose1d(6, 6, 1, groups=2)):
        init_(layer, "identity", 0)
        x = torch.randn(2, 6, *[5] * (layer.weight.ndim - 2))
        assert torch.equal(layer(x), x)


def test_embeddings_norms_and_recurrent_layers_stay_as_they_are():
    module = nn.ModuleList([nn.Embedding(5, 4), nn.LayerNorm(4), nn.LSTM(4, 4), nn.Linear(4, 4)])
    before = weights(module)
    init_(module, "ones", 0)
    after = weights(module)
    assert all((before[name] == after[name]).all() for name in before if not name.startswith("3."))
    assert (after["3.weight"] == 1).all()


def test_attentions_projections_are_drawn_apart():
    attention = nn.MultiheadAttention(16, 4)
    init_(attention, "orthogonal", 0)
    query, key, value = attention.in_proj_weight.detach().chunk(3)
    for matrix in (query, key, value, attention.out_proj.weight.detach()):
        assert torch.allclose(matrix @ matrix.T, torch.eye(16), atol=1e-5)
    assert not torch.equal(query, key) and not torch.equal(key, value)


def test_a_refusal_names_the_layer_and_changes_none():
    network = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    before = weights(network)
    with pytest.raises(ValueError, match="^1: sparse"):
        init_(network, "sparse", 0, connections=4)
    assert all((before[name] == after).all() for name, after in weights(network).items())


def test_half_precision_is_the_rounded_draw():
    layer = nn.Linear(8, 8, dtype=torch.bfloat16)
    init_(layer, "he_normal", 0)
    expected = torch.from_numpy(np.ascontiguousarray(draw("he_normal", (8, 8), 0, layer=0).T))
    assert torch.equal(layer.weight, expected.to(torch.bfloat16))
