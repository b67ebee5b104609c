#!/usr/bin/env bash
# Runs one sweep by GNU parallel, by HyperQueue and by the command of the Kubernetes manifest, and
# compares each outcome, bit for bit, with the sweep run alone. The manifest itself is checked
# against Kubernetes' schemas, offline.
#
# Installs GNU parallel (Debian's, as root) where there is none, and a Python environment below
# target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v parallel > /dev/null; then
    apt-get update -qq && apt-get install -qq -y --no-install-recommends parallel > /dev/null
fi
python=target/engines/bin/python
if ! "$python" -c "import hyperqueue, kubernetes_validate" 2> /dev/null; then
    python3 -m venv target/engines
    "$python" -m pip install --quiet --disable-pip-version-check hyperqueue==0.27.0 kubernetes-validate==1.37.0
fi
scripts=$PWD/scripts python=$PWD/$python
cargo build --quiet -p train
train=$(cargo build --quiet -p train --message-format=json | sed -n 's/.*"executable":"\([^"]*\/train\)".*/\1/p')
PATH=$(dirname "$train"):$PATH

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > sweep.toml <<'TOML'
seeds = 4
model.hidden = [32]
training = { batch_size = 64, max_steps = 30 }
init = { kind = "normal", std = 0.1 }
[sweep]
"init.std" = [0.01, 0.03, 0.1, 0.3]
TOML
train --config sweep.toml --out alone --format json > /dev/null
sums() { (cd "$1/sweep" && find . -name config.toml -o -name '*.csv' -o -name model.safetensors | sort | xargs sha256sum); }
sums alone > alone.sums
[ "$(wc -l < alone.sums)" = 64 ]
check() {
    sums "$1" | cmp - alone.sums
    echo "$2: 16 runs in 8 shards have the same bits as those of the sweep run alone"
}

parallel --will-cite --jobs 2 --retries 3 train --config sweep.toml --out parallel --jobs 1 --shard {}/8 ::: $(seq 8) > /dev/null
check parallel "GNU parallel $(parallel --version | awk 'NR == 1 { print $3 }')"

"$python" "$scripts/cluster/hyperqueue/sweep.py" --local 8 --config sweep.toml --out hyperqueue > hyperqueue.log 2>&1 ||
    { cat hyperqueue.log; exit 1; }
check hyperqueue "HyperQueue $("$python" -c 'import importlib.metadata as m; print(m.version("hyperqueue"))')"

"$(dirname "$python")/kubernetes-validate" --strict "$scripts/cluster/kubernetes/job.yaml"
sed 's/completionMode/completionMood/' "$scripts/cluster/kubernetes/job.yaml" > wrong.yaml
if "$(dirname "$python")/kubernetes-validate" --strict wrong.yaml > /dev/null 2>&1; then
    echo "the checker finds no slip in the manifest"
    exit 1
fi
"$python" - "$scripts/cluster/kubernetes/job.yaml" > pod.sh <<'PYTHON'
import sys, yaml
spec = yaml.safe_load(open(sys.argv[1]))["spec"]
[command] = spec["template"]["spec"]["containers"][0]["args"]
assert f"/{spec['completions']}" in command
print(command.replace("/configs/", "").replace("/runs", "kubernetes"))
PYTHON
for index in $(seq 0 7); do JOB_COMPLETION_INDEX=$index sh pod.sh > /dev/null; done
check kubernetes "the command of the Kubernetes manifest"
