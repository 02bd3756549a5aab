#!/usr/bin/env python3
"""The recipes of data/presets in PyTorch, each written in the fastest way that PyTorch ordinarily offers.

    torch_recipes.py [RECIPE]... [--threads N] [--seconds S]       training speed on random pictures held in memory
    torch_recipes.py RECIPE --data MNIST-FOLDER --epochs N         the loss of each epoch on real digits
    torch_recipes.py RECIPE --data MNIST-FOLDER --batches N        trains N batches and ends, for start-up times

Prints a JSON line for each stage.  A step is what `hourglass bench` measures: gather a shuffled batch, noise, forward, loss,
backward, update.  bench/compare runs both in turns.

What makes PyTorch fast here, and is done: one BLAS whose threads are PyTorch's own (Debian's libopenblas0-openmp; with the
usual build the threads of both fight for the processors), memory that glibc keeps in place of giving it back after each batch,
denormal numbers off, channels_last for pictures, the elementwise kernels and the optimizer's form that are best for the recipe,
padding that needs no copies (with stride 2 that moves a picture by one pixel against Keras; the work is the same), and
transposed convolutions through the gradient of a convolution, for which PyTorch 1.13 has faster kernels."""
import argparse
import glob
import gzip
import json
import os
import statistics
import sys
import time

# Recipes that gain from PyTorch's AVX-512 kernels (by itself it takes AVX2 here), from huge pages, from an optimizer without foreach.
AVX512 = {"simple", "deep", "conv", "denoise"}
HUGE = {"deep"}
SINGLE = {"simple", "deep", "vae"}
ORDER = ["simple", "stacked", "deep", "vae", "conv", "mirrored", "classifier", "denoise", "sdae", "cifar", "faces"]


def arguments():
    parser = argparse.ArgumentParser(description="training speed of the recipes in PyTorch")
    parser.add_argument("recipe", nargs="*", default=ORDER, help="one or several of " + " ".join(ORDER))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure each stage")
    parser.add_argument("--data", metavar="FOLDER", help="MNIST's four .gz files, in place of random pictures")
    parser.add_argument("--epochs", type=int, default=0, help="train, and print the loss of each epoch")
    parser.add_argument("--batches", type=int, default=0, help="train so many batches and end")
    parser.add_argument("--avx512", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--foreach", choices=("auto", "on", "off"), default="auto")
    a = parser.parse_args()
    for name in a.recipe:
        if name not in ORDER:
            parser.error(f"no recipe is called {name}; there are {' '.join(ORDER)}")
        if a.data and name in ("cifar", "faces"):
            parser.error(f"{name} does not learn from MNIST")
    return a


def environment(args):
    """Libraries read these once, before Python's first line: set them and start again."""
    keep = 4 << 30
    wanted = {"OMP_NUM_THREADS": str(args.threads), "OPENBLAS_NUM_THREADS": str(args.threads),
              "GLIBC_TUNABLES": f"glibc.malloc.mmap_threshold={keep}:glibc.malloc.trim_threshold={keep}:"
                                "glibc.malloc.top_pad=67108864"}
    if HUGE.issuperset(args.recipe):
        wanted["GLIBC_TUNABLES"] += ":glibc.malloc.hugetlb=1"
    openmp = glob.glob("/usr/lib/*/openblas-openmp")
    if openmp:
        wanted["LD_LIBRARY_PATH"] = openmp[0]
    if args.avx512 == "on" or args.avx512 == "auto" and AVX512.issuperset(args.recipe):
        with open("/proc/cpuinfo") as info:
            if "avx512f" in info.read():
                wanted["ATEN_CPU_CAPABILITY"] = "avx512"
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})


if __name__ == "__main__":
    environment(arguments())

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError:
    sys.exit("torch_recipes.py: PyTorch is missing; on Debian: apt-get install python3-torch libopenblas0-openmp")


# ---- layers that PyTorch lacks or has only in a slower form

def conv(cin, cout, k, stride=1):
    return nn.Conv2d(cin, cout, k, stride, padding=k // 2)


class ConvolutionGradient(torch.autograd.Function):
    """A transposed convolution as the input gradient of the convolution that it transposes."""

    @staticmethod
    def forward(ctx, x, w, stride, padding, more):
        ctx.save_for_backward(x, w)
        ctx.how = stride, padding
        h, v = ((n - 1) * stride - 2 * padding + w.shape[2] + more for n in x.shape[2:])
        like = torch.empty((x.shape[0], w.shape[1], h, v), memory_format=torch.channels_last)
        return gradients(x, like, w, ctx.how, 0)

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        dx = F.conv2d(dy, w, None, *ctx.how) if ctx.needs_input_grad[0] else None
        return dx, gradients(x, dy, w, ctx.how, 1), None, None, None


def gradients(dy, x, w, how, which):
    """0: that of the convolution's input x, 1: of its weights w."""
    stride, padding = how
    wanted = [which == 0, which == 1, False]
    return torch.ops.aten.convolution_backward(dy, x, w, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1,
                                               wanted)[which]


class Transposed(nn.ConvTranspose2d):
    def forward(self, x):
        y = ConvolutionGradient.apply(x, self.weight, self.stride[0], self.padding[0], self.output_padding[0])
        return y.add_(self.bias.view(1, -1, 1, 1))


def convt(cin, cout, k, stride=1):
    """Input times stride, as Keras' `same`."""
    return Transposed(cin, cout, k, stride, padding=k // 2, output_padding=stride - 1)


class PoolInPlace(nn.Module):
    """MaxPool 2 with stride 1 `same`; after a relu the padding may be 0."""

    def forward(self, x):
        return F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1)


def relu():
    return nn.ReLU(inplace=True)


def norm(c):
    return nn.BatchNorm2d(c, eps=1e-3, momentum=0.01)


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 512), nn.ELU(), nn.Dropout(0.1), nn.Linear(512, 512), nn.Tanh(),
                                     nn.Dropout(0.1), nn.Linear(512, 4))
        self.decoder = nn.Sequential(nn.Linear(2, 512), nn.Tanh(), nn.Dropout(0.1), nn.Linear(512, 512), nn.ELU(),
                                     nn.Dropout(0.1), nn.Linear(512, 784))

    def forward(self, x):
        mean, raw = self.encoder(x).chunk(2, 1)
        sd = 1e-6 + F.softplus(raw)
        return self.decoder(mean + sd * torch.randn_like(sd)), mean, sd


class Frozen(nn.Module):
    """Weights and BatchNorm's statistics stay."""

    def __init__(self, net):
        super().__init__()
        self.net = net.requires_grad_(False)

    def train(self, mode=True):
        return super().train(False)

    def forward(self, x):
        with torch.no_grad():
            return self.net(x)


# ---- losses of raw outputs, optimizers, noise

bce = F.binary_cross_entropy_with_logits
mse = F.mse_loss
crossentropy = F.cross_entropy


def vae_loss(out, x):
    logits, mean, sd = out
    divergence = 0.5 * (mean.square() + sd.square() - 2 * sd.log() - 1).sum()
    return (bce(logits, x, reduction="sum") + divergence) / len(x)


class RMSprop(torch.optim.Optimizer):
    """Epsilon inside the root, as in the recipes; otherwise PyTorch's foreach form."""

    def __init__(self, parameters, lr=1e-3, rho=0.9, eps=1e-7):
        super().__init__(parameters, dict(lr=lr, rho=rho, eps=eps))
        self.kept = list(self.param_groups[0]["params"])
        self.mean = [torch.zeros_like(p) for p in self.kept]

    @torch.no_grad()
    def step(self):
        g = self.param_groups[0]
        gradient = [p.grad for p in self.kept]
        torch._foreach_mul_(self.mean, g["rho"])
        torch._foreach_addcmul_(self.mean, gradient, gradient, 1 - g["rho"])
        root = torch._foreach_add(self.mean, g["eps"])
        torch._foreach_sqrt_(root)
        torch._foreach_addcdiv_(self.kept, gradient, root, -g["lr"])


OPTIMIZERS = {
    "adadelta": lambda p, lr, foreach: torch.optim.Adadelta(p, lr=lr, rho=0.95, eps=1e-7, foreach=foreach),
    "adam": lambda p, lr, foreach: torch.optim.Adam(p, lr=lr, eps=1e-7, foreach=foreach),
    "nadam": lambda p, lr, foreach: torch.optim.NAdam(p, lr=lr, eps=1e-7, foreach=foreach),
    "rmsprop": lambda p, lr, foreach: RMSprop(p, lr=lr),
}


def noise(mean, sd):
    return lambda x: torch.empty_like(x).normal_(mean, sd).add_(x).clamp_(0, 1)


# ---- data and stages

class Data:
    """Samples as rows of a float32 tensor; pictures of several channels lie channels last."""

    def __init__(self, x, labels, shape):
        self.x, self.labels, self.shape = x, labels, shape

    def flat(self):
        return Data(self.x.view(len(self.x), -1), self.labels, None)

    def through(self, layer):
        with torch.no_grad():
            return Data(F.relu(layer(self.x)), self.labels, None)

    def batch(self, index):
        x = self.x.index_select(0, index)
        if self.shape is None:
            return x
        c, h, w = self.shape
        return x.view(-1, h, w, c).permute(0, 3, 1, 2) # channels_last, as the convolutions like it


def random_data(shape, count):
    """A fifth of the pixels has ink, as in digits."""
    size = shape[0] * shape[1] * shape[2]
    x = torch.empty(count, size)
    for some in x.split(1000): # a second block as large would show in the memory that is compared
        some.uniform_().mul_(torch.rand_like(some).lt_(0.2))
    return Data(x, torch.randint(10, (count,)), shape)


def mnist_data(folder, count):
    def read(name, offset):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)
    x = torch.from_numpy(read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:count].copy()).float().div_(255)
    labels = torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8)[:count].astype(np.int64))
    return Data(x, labels, (1, 28, 28))


class Stage:
    def __init__(self, name, net, loss, optimizer, lr, batch, data, noise=None):
        self.name, self.net, self.loss, self.batch, self.data, self.noise = name, net, loss, batch, data, noise
        self.how = optimizer, lr

    def prepare(self, foreach):
        if self.data.shape:
            self.net.to(memory_format=torch.channels_last)
        self.net.train()
        learn = [p for p in self.net.parameters() if p.requires_grad]
        self.optimizer = OPTIMIZERS[self.how[0]](learn, self.how[1], foreach)

    def step(self, index):
        clean = self.data.batch(index)
        target = self.data.labels.index_select(0, index) if self.loss is crossentropy else clean
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.net(self.noise(clean) if self.noise else clean), target)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def initialised(net, he=False):
    """Glorot-uniform or He-normal weights (cut at two deviations), biases zero."""
    for m in net.modules():
        if isinstance(m, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            if he:
                sd = (2 / m.weight.shape[1]) ** 0.5 / 0.8796256610342398
                nn.init.trunc_normal_(m.weight, 0, sd, -2 * sd, 2 * sd)
            else:
                nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)
    return net


# ---- the recipes: each yields its stages; what comes after a yield sees the weights that were trained

def simple(data):
    net = initialised(nn.Sequential(nn.Linear(784, 32), relu(), nn.Linear(32, 784)))
    yield Stage("train", net, bce, "adadelta", 1.0, 256, data.flat())


def stacked(data):
    first, first_out, second, second_out, head = layers = [
        nn.Linear(*size) for size in ((784, 128), (128, 784), (128, 64), (64, 128), (64, 10))]
    initialised(nn.ModuleList(layers))
    data = data.flat()
    yield Stage("first", nn.Sequential(first, relu(), first_out), bce, "rmsprop", 1e-3, 256, data)
    codes = data.through(first)
    yield Stage("second", nn.Sequential(second, relu(), second_out), mse, "rmsprop", 1e-3, 256, codes)
    codes = codes.through(second)
    yield Stage("head", head, crossentropy, "rmsprop", 1e-3, 256, codes)
    yield Stage("tuned", nn.Sequential(first, relu(), second, relu(), head), crossentropy, "rmsprop", 1e-3, 256, data)


def deep(data):
    def half(sizes):
        return [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), relu(), nn.Dropout(0.1))]
    net = nn.Sequential(*half([784, 512, 256, 128, 64]), nn.Linear(64, 32), *half([32, 64, 128, 256, 512]), nn.Linear(512, 784))
    yield Stage("train", initialised(net), bce, "nadam", 1e-3, 32, data.flat())


def vae(data):
    yield Stage("train", initialised(Vae(), he=True), vae_loss, "adam", 1e-3, 128, data.flat())


def conv_recipe(data):
    net = nn.Sequential(conv(1, 32, 3), relu(), nn.MaxPool2d(2), conv(32, 32, 3), relu(), nn.Upsample(scale_factor=2),
                        conv(32, 1, 3))
    yield Stage("train", initialised(net), bce, "rmsprop", 1e-3, 256, data)


def mirrored_halves():
    def group(cin, cout):
        return [conv(cin, cout, 3), relu(), norm(cout)]
    encoder = [*group(1, 32), nn.MaxPool2d(2), *group(32, 64), nn.MaxPool2d(2), *group(64, 128)]
    decoder = [*group(128, 128), nn.Upsample(scale_factor=2), *group(128, 64), nn.Upsample(scale_factor=2), *group(64, 32),
               conv(32, 1, 3), nn.Sigmoid()]
    return initialised(nn.Sequential(*encoder)), initialised(nn.Sequential(*decoder))


def mirrored(data):
    yield Stage("train", nn.Sequential(*mirrored_halves()), mse, "rmsprop", 1e-3, 128, data)


def classifier(data, pretrain=False):
    encoder, decoder = mirrored_halves()
    if pretrain: # as fast as `mirrored`, which is measured
        yield Stage("pretrain", nn.Sequential(encoder, decoder), mse, "rmsprop", 1e-3, 128, data)
    head = initialised(nn.Sequential(nn.Flatten(), nn.Linear(128 * 7 * 7, 128), relu(), nn.Linear(128, 10)))
    yield Stage("frozen", nn.Sequential(Frozen(encoder), head), crossentropy, "adam", 1e-3, 128, data)
    encoder.requires_grad_(True)
    yield Stage("tuned", nn.Sequential(encoder, head), crossentropy, "adam", 1e-4, 128, data)


def denoise(data):
    net = nn.Sequential(conv(1, 32, 3, 2), relu(), conv(32, 64, 3, 2), relu(), nn.Flatten(), nn.Linear(3136, 16),
                        nn.Linear(16, 3136), nn.Unflatten(1, (64, 7, 7)), convt(64, 64, 3, 2), relu(), convt(64, 32, 3, 2),
                        relu(), convt(32, 1, 3), nn.Sigmoid())
    yield Stage("train", initialised(net), mse, "adam", 1e-3, 128, data, noise(0.5, 0.5))


def sdae(data):
    def slope():
        return nn.LeakyReLU(0.2, inplace=True)
    net = nn.Sequential(conv(1, 64, 5), slope(), conv(64, 64, 5), slope(), nn.MaxPool2d(2), conv(64, 64, 5), slope(),
                        nn.MaxPool2d(2), conv(64, 64, 5), slope(), convt(64, 64, 5, 2), convt(64, 64, 5, 2), conv(64, 1, 5))
    yield Stage("train", initialised(net), bce, "adam", 1e-5, 64, data, noise(0.0, 0.5))


def cifar(data):
    net = nn.Sequential(nn.Conv2d(3, 32, 6, 2), relu(), PoolInPlace(), nn.Conv2d(32, 32, 3), relu(), PoolInPlace(),
                        nn.Conv2d(32, 16, 3), relu(), Transposed(16, 16, 3), relu(), Transposed(16, 32, 3), relu(),
                        Transposed(32, 64, 6, 2), relu(), convt(64, 3, 3), norm(3), nn.Sigmoid())
    yield Stage("train", initialised(net), mse, "adam", 1e-3, 500, data)


def faces(data):
    net = nn.Sequential(conv(3, 32, 3, 2), relu(), conv(32, 64, 3, 2), relu(), conv(64, 128, 3, 2), relu(), nn.Flatten(),
                        nn.Linear(8192, 128), nn.Linear(128, 8192), nn.Unflatten(1, (128, 8, 8)), convt(128, 128, 3, 2), relu(),
                        convt(128, 64, 3, 2), relu(), convt(64, 32, 3, 2), relu(), convt(32, 3, 3), nn.Sigmoid())
    yield Stage("train", initialised(net), mse, "adam", 1e-3, 64, data)


RECIPES = {"simple": simple, "stacked": stacked, "deep": deep, "vae": vae, "conv": conv_recipe, "mirrored": mirrored,
           "classifier": classifier, "denoise": denoise, "sdae": sdae, "cifar": cifar, "faces": faces}
SHAPES = {"cifar": ((3, 32, 32), 10000), "faces": ((3, 64, 64), 2048)}  # else as MNIST, all of it


# ---- what is done with a stage

class Shuffled:
    """Whole batches without end, in a new order each time round."""

    def __init__(self, count, batch):
        self.count, self.batch, self.left = count, batch, ()

    def next(self):
        if not self.left:
            order = torch.randperm(self.count)
            self.left = list(order[:self.count // self.batch * self.batch].split(self.batch))
        return self.left.pop()


def speed(stage, seconds):
    """Samples a second: the median of five windows, after one to get warm."""
    windows, warm, rates = 5, 3, []
    order = Shuffled(len(stage.data.x), stage.batch)
    for window in range(-1, windows):
        began, steps = time.perf_counter(), 0
        while True:
            stage.step(order.next())
            steps += 1
            took = time.perf_counter() - began
            if took >= seconds / windows and (window >= 0 or steps >= warm):
                break
        if window >= 0:
            rates.append(steps * stage.batch / took)
    return statistics.median(rates)


def blas():
    with open("/proc/self/maps") as maps:
        used = {line.split()[-1] for line in maps if "libopenblas" in line}
    return "openmp" if used and all("openmp" in path for path in used) else "pthread"


def say(**row):
    print(json.dumps(row), flush=True)


def work(args, recipe):
    count = 54000 if args.epochs else 60000 # the last tenth is for validation
    data = mnist_data(args.data, count) if args.data else random_data(*SHAPES.get(recipe, ((1, 28, 28), count)))
    stages = RECIPES[recipe](data, bool(args.epochs)) if recipe == "classifier" else RECIPES[recipe](data)
    foreach = args.foreach == "on" or args.foreach == "auto" and recipe not in SINGLE
    for stage in stages:
        stage.prepare(foreach)
        row = {"recipe": recipe, "stage": stage.name, "threads": torch.get_num_threads(), "batch": stage.batch}
        if args.batches:
            order = Shuffled(len(stage.data.x), stage.batch)
            for _ in range(args.batches):
                stage.step(order.next())
            say(**row, batches=args.batches)
            return
        for epoch in range(args.epochs):
            order = torch.randperm(len(stage.data.x)).split(stage.batch)
            loss = sum(float(stage.step(index)) * len(index) for index in order) / len(stage.data.x)
            say(**row, epoch=epoch + 1, loss=round(loss, 6))
        if not args.epochs:
            say(**row, samples_per_s=round(speed(stage, args.seconds), 1), torch=torch.__version__, blas=blas(),
                elementwise=os.environ.get("ATEN_CPU_CAPABILITY", "default"))


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    for recipe in args.recipe:
        work(args, recipe)


if __name__ == "__main__":
    main()
